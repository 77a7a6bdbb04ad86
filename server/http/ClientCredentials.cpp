#include "server/http/ClientAuthenticator.h"

#include "server/crypto/Base64.h"

namespace aegis::http {
namespace {

Problem twice(const char *what)
{
    return Problem(ProblemCode::MalformedRequest, QLatin1String(what)).withInternal(QLatin1String(what));
}

Problem unreadable()
{
    return Problem(ProblemCode::InvalidClient).withInternal(QStringLiteral("the credentials cannot be read"));
}

/// RFC 7617, 2, with both halves in the form's encoding (RFC 6749, 2.3.1).
Result<ClientCredentials> basicCredentials(QByteArrayView field)
{
    constexpr QByteArrayView scheme = "Basic ";
    if (field.size() < scheme.size() || !equalsIgnoringCase(field.first(scheme.size()), scheme))
        return unreadable();
    QByteArrayView encoded = field.sliced(scheme.size()).trimmed();
    for (int padding = 0; padding < 2 && encoded.endsWith('='); ++padding)
        encoded = encoded.chopped(1);
    const auto pair = base64Decode(encoded, Base64Alphabet::Standard);
    const qsizetype colon = pair ? pair->indexOf(':') : -1;
    if (colon < 0)
        return unreadable();
    auto id = decodedFormText(QByteArrayView(*pair).first(colon));
    const auto secret = decodedFormText(QByteArrayView(*pair).sliced(colon + 1));
    if (!id || !secret)
        return unreadable();
    return ClientCredentials{*std::move(id), Secret(*secret)};
}

} // namespace

Result<ClientCredentials> ClientCredentials::of(const HttpRequest &request, const FormFields &form)
{
    const auto fields = request.headers.values("Authorization");
    const auto id = form.value("client_id");
    const auto secret = form.value("client_secret");
    if (fields.size() > 1)
        return twice("Authorization stands more than once.");
    if (!fields.empty()) {
        if (secret)
            return twice("There are credentials in Authorization and in the form: one way at a time.");
        TRY(ClientCredentials credentials, basicCredentials(fields.front()));
        if (id && *id != credentials.id)
            return twice("The client_id is another one than that of Authorization.");
        return credentials;
    }
    if (!id || !secret)
        return Problem(ProblemCode::InvalidClient).withInternal(QStringLiteral("there are no credentials"));
    return ClientCredentials{*id, Secret(*secret)};
}

} // namespace aegis::http
