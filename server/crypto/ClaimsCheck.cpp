#include "server/crypto/ClaimsCheck.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <cmath>

namespace aegis {
namespace {

constexpr double latest = 253402300799; // 9999-12-31T23:59:59Z

Problem invalid(const char *why)
{
    return Problem(ProblemCode::InvalidToken).withInternal(QString::fromLatin1(why));
}

/// A NumericDate (RFC 7519, 2); fractions are allowed and cut off.
std::optional<Instant> readTime(const QJsonValue &value)
{
    const double seconds = value.toDouble(-1);
    if (!value.isDouble() || !(seconds >= 0 && seconds <= latest))
        return std::nullopt;
    return fromUnixSeconds(static_cast<std::int64_t>(std::floor(seconds)));
}

bool isFor(const QJsonValue &audience, const QString &expected)
{
    return audience.isArray() ? audience.toArray().contains(expected) : audience == expected;
}

bool isStringOrMissing(const QJsonValue &value)
{
    return value.isUndefined() || value.isString();
}

} // namespace

Result<JwtClaims> ClaimsCheck::check(QByteArrayView payload, Instant now) const
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(payload.data(), payload.size()), &error);
    if (error.error != QJsonParseError::NoError || !document.isObject())
        return invalid("the claims are no JSON object");
    JwtClaims claims;
    claims.all = document.object();
    const auto claim = [&claims](const char *name) { return claims.all.value(QLatin1String(name)); };

    if (issuer.isEmpty() || claim("iss") != issuer)
        return invalid("iss is another issuer");
    if (audience.isEmpty() || !isFor(claim("aud"), audience))
        return invalid("aud is another audience");
    const std::optional<Instant> expiresAt = readTime(claim("exp"));
    if (!expiresAt || *expiresAt + leeway <= now)
        return invalid("exp is missing or has passed");
    const std::optional<Instant> issuedAt = readTime(claim("iat"));
    if (!issuedAt || *issuedAt - leeway > now)
        return invalid("iat is missing or to come");
    if (!claim("nbf").isUndefined()) {
        const std::optional<Instant> notBefore = readTime(claim("nbf"));
        if (!notBefore || *notBefore - leeway > now)
            return invalid("nbf is to come");
    }
    if (!isStringOrMissing(claim("sub")) || !isStringOrMissing(claim("jti")))
        return invalid("sub or jti is no string");

    claims.subject = claim("sub").toString();
    claims.id = claim("jti").toString();
    claims.issuedAt = *issuedAt;
    claims.expiresAt = *expiresAt;
    return claims;
}

} // namespace aegis
