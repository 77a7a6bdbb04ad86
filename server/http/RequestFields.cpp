#include "server/http/RequestFields.h"

#include "server/crypto/Digest.h"
#include "server/crypto/Hmac.h"
#include "shared/text/TreacherousText.h"

#include <algorithm>
#include <array>

namespace aegis::http {
namespace {

QByteArrayView view(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

/// The characters of `token68`, of which a bearer token consists. A table: half a kilobyte of token is looked over on
/// every request, and with comparisons that was a third of the pipeline's time.
constexpr std::array<bool, 256> makeTokenCharacters()
{
    std::array<bool, 256> allowed{};
    for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/="))
        allowed[static_cast<unsigned char>(c)] = true;
    return allowed;
}
constexpr std::array<bool, 256> tokenCharacters = makeTokenCharacters();

bool isTokenCharacter(char c)
{
    return tokenCharacters[static_cast<unsigned char>(c)];
}

/// The decoded value of a parameter of the query.
std::optional<QByteArray> queryParameter(const QByteArray &query, std::string_view name)
{
    const QList<QByteArray> pairs = query.split('&');
    for (QByteArray pair : pairs) {
        pair.replace('+', ' ');
        const qsizetype equals = pair.indexOf('=');
        const QByteArray key = equals < 0 ? pair : pair.first(equals);
        if (QByteArray::fromPercentEncoding(key) == view(name))
            return equals < 0 ? QByteArray("") : QByteArray::fromPercentEncoding(pair.sliced(equals + 1));
    }
    return std::nullopt;
}

bool isOfType(QByteArrayView contentType, QByteArrayView wanted)
{
    const qsizetype semicolon = contentType.indexOf(';');
    const QByteArrayView type = (semicolon < 0 ? contentType : contentType.first(semicolon)).trimmed();
    if (!equalsIgnoringCase(type, wanted))
        return false;
    if (semicolon < 0)
        return true;
    const QByteArrayView parameter = contentType.sliced(semicolon + 1).trimmed();
    return equalsIgnoringCase(parameter, "charset=utf-8") || equalsIgnoringCase(parameter, R"(charset="utf-8")");
}

/// Told to the client and to the log.
Problem malformed(const QString &reason)
{
    return Problem(ProblemCode::MalformedRequest, reason).withInternal(reason);
}

} // namespace

CorrelationId correlationIdOf(const HttpRequest &request, Instant now)
{
    const auto values = request.headers.values("X-Correlation-ID");
    if (values.size() == 1) {
        const auto given = CorrelationId::parse(values.front());
        if (given && !given->isNil())
            return *given;
    }
    return CorrelationId::make(now);
}

QString userAgentOf(const HttpRequest &request)
{
    constexpr qsizetype longest = 512;
    const QByteArrayView text = request.headers.value("User-Agent");
    QString agent = QString::fromUtf8(text.first(std::min(text.size(), 4 * longest)));
    agent.truncate(longest);
    if (!agent.isEmpty() && agent.back().isHighSurrogate())
        agent.chop(1);
    return withoutTreachery(std::move(agent));
}

QByteArray languagesOf(const HttpRequest &request)
{
    constexpr qsizetype longest = 256;
    const QByteArrayView text = request.headers.value("Accept-Language");
    return text.isNull() ? QByteArray() : text.first(std::min(text.size(), longest)).toByteArray();
}

Result<Secret> bearerTokenOf(const HttpRequest &request)
{
    const auto values = request.headers.values("Authorization");
    if (values.empty())
        return ProblemCode::Unauthenticated;
    if (values.size() > 1)
        return malformed(QStringLiteral("Authorization stands more than once."));
    const QByteArrayView value = values.front();
    if (value.size() < 7 || !equalsIgnoringCase(value.first(7), "Bearer "))
        return ProblemCode::Unauthenticated;
    return checkedToken(value.sliced(7).trimmed());
}

Result<Secret> checkedToken(QByteArrayView token)
{
    if (token.isEmpty() || !std::all_of(token.begin(), token.end(), isTokenCharacter))
        return ProblemCode::InvalidToken;
    return Secret(token);
}

Result<std::optional<IdempotencyKey>> idempotencyKeyOf(const HttpRequest &request, std::string_view operation, const UserId &actor,
                                                       const Secret &fingerprintKey)
{
    const auto values = request.headers.values("Idempotency-Key");
    if (values.empty())
        return std::optional<IdempotencyKey>();
    const QByteArrayView key = values.front();
    const bool wellFormed = values.size() == 1 && key.size() >= shortestIdempotencyKey && key.size() <= longestIdempotencyKey
        && std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!wellFormed)
        return Problem(ProblemCode::IdempotencyKeyInvalid, QStringLiteral("It must be 16 to 128 visible ASCII characters."));

    // The same key for another object (its id is in the path) or by another person is another request; under /v1 it is the same.
    const QByteArray name = view(operation).toByteArray();
    const QByteArray asked = name + '\0' + Router::withoutVersion(request.path).toByteArray() + '\0' + request.query + '\0' + actor.text() + '\0'
        + request.body;
    return std::optional(IdempotencyKey{name, sha256(key), hmacSha256(fingerprintKey, asked)});
}

Result<void> checkBody(const HttpRequest &request, bool takesBody, bool takesForm)
{
    if (request.body.isEmpty())
        return {};
    if (!takesBody)
        return malformed(QStringLiteral("This call takes no body."));
    const auto types = request.headers.values("Content-Type");
    const QByteArrayView wanted = takesForm ? "application/x-www-form-urlencoded" : "application/json";
    if (types.size() != 1 || !isOfType(types.front(), wanted))
        return ProblemCode::UnsupportedMediaType;
    const QByteArrayView encoding = request.headers.value("Content-Encoding");
    if (!encoding.isEmpty() && !equalsIgnoringCase(encoding, "identity"))
        return Problem(ProblemCode::UnsupportedMediaType, QStringLiteral("The body must not be compressed."));
    return {};
}

std::optional<QByteArray> HttpRequestSource::parameter(In place, std::string_view name) const
{
    switch (place) {
    case In::Path:
        for (const auto &[known, value] : m_parameters) {
            if (known == name)
                return value;
        }
        return std::nullopt;
    case In::Query:
        return queryParameter(m_request.query, name);
    case In::Header:
        if (const QByteArrayView value = m_request.headers.value(view(name)); !value.isNull())
            return value.toByteArray();
        return std::nullopt;
    case In::Form:
        return m_form ? m_form->value(view(name)) : std::nullopt;
    case In::Body:
        break;
    }
    return std::nullopt;
}

} // namespace aegis::http
