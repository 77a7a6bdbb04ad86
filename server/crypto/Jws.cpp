#include "server/crypto/Jws.h"

#include "server/crypto/Base64.h"

#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

Problem invalid(const char *why)
{
    return Problem(ProblemCode::InvalidToken).withInternal(QString::fromLatin1(why));
}

/// A member that must be a string if it is there; false when it is something else.
bool readString(const QJsonObject &header, const char *name, QByteArray &value)
{
    const QJsonValue member = header.value(QLatin1String(name));
    value = member.toString().toUtf8();
    return member.isUndefined() || member.isString();
}

} // namespace

Result<Jws> Jws::parse(QByteArrayView token)
{
    if (token.size() > maximumTokenSize)
        return invalid("the token is too long");
    const qsizetype first = token.indexOf('.');
    const qsizetype second = first < 0 ? -1 : token.indexOf('.', first + 1);
    if (second < 0)
        return invalid("the token has too few parts");
    // A third dot is a foreign character in the last part.
    auto signature = base64UrlDecode(token.sliced(second + 1));
    Jws jws{token.first(first), token.sliced(first + 1, second - first - 1), token.first(second), {}};
    if (!signature || signature->isEmpty() || jws.encodedHeader.isEmpty() || jws.encodedPayload.isEmpty())
        return invalid("a part of the token is empty or no base64url");
    jws.signature = *std::move(signature);
    return jws;
}

Result<JwsHeader> JwsHeader::parse(QByteArrayView encodedHeader)
{
    const auto bytes = base64UrlDecode(encodedHeader);
    if (!bytes)
        return invalid("the header is no base64url");
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(*bytes, &error);
    if (error.error != QJsonParseError::NoError || !document.isObject())
        return invalid("the header is no JSON object");
    const QJsonObject object = document.object();
    if (object.contains(QLatin1String("crit")) || object.contains(QLatin1String("b64")))
        return invalid("the header asks for an extension");
    JwsHeader header;
    if (!readString(object, "alg", header.algorithm) || !readString(object, "typ", header.type) || !readString(object, "kid", header.keyId))
        return invalid("a member of the header is no string");
    if (!algorithmFromName(header.algorithm))
        return invalid("the header names no algorithm that is known");
    return header;
}

Result<QByteArray> verifyJws(QByteArrayView token, const SigningKey &key)
{
    TRY(const Jws jws, Jws::parse(token));
    TRY(const JwsHeader header, JwsHeader::parse(jws.encodedHeader));
    if (QByteArrayView(header.algorithm) != algorithmName(key.algorithm()))
        return invalid("the token has another algorithm than the key");
    auto payload = base64UrlDecode(jws.encodedPayload);
    if (!payload)
        return invalid("the payload is no base64url");
    if (!key.verify(jws.signingInput, jws.signature))
        return invalid("the signature is wrong");
    return *std::move(payload);
}

} // namespace aegis
