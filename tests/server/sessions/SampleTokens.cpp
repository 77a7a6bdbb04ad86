#include "tests/server/sessions/SampleTokens.h"

#include "server/crypto/Base64.h"

#include <QtCore/QJsonDocument>

namespace aegis::test {

SigningKey makeKey(SigningAlgorithm algorithm)
{
    return SigningKey::generate(algorithm).value();
}

RefreshTokens makeRefreshTokens(const QByteArray &secret, const QString &issuer)
{
    return RefreshTokens::make(Secret(secret), issuer).value();
}

AccessGrant sampleGrant()
{
    return {.user = UserId::make(sampleNow),
            .session = SessionId::make(sampleNow),
            .organization = OrganizationId::make(sampleNow),
            .roles = {QStringLiteral("ORGANIZATION_OWNER"), QStringLiteral("Prüfer")},
            .authMethods = {QStringLiteral("pwd"), QStringLiteral("otp")},
            .authTime = sampleNow - std::chrono::hours(1),
            .token = {}};
}

RefreshTokenFacts sampleFacts()
{
    return {.user = UserId::make(sampleNow),
            .session = SessionId::make(sampleNow),
            .organization = OrganizationId::make(sampleNow),
            .generation = 3,
            .nonce = QByteArray::fromHex("000102030405060708090a0b0c0dfeff"),
            .issuedAt = fromUnixSeconds(1'800'000'000),
            .expiresAt = fromUnixSeconds(1'800'600'000),
            .sessionExpiresAt = fromUnixSeconds(1'802'000'000)};
}

QJsonObject claimsIn(const Secret &token)
{
    const QList<QByteArray> parts = token.reveal().toByteArray().split('.');
    return QJsonDocument::fromJson(base64UrlDecode(parts.value(1)).value_or(QByteArray())).object();
}

Secret signedToken(const SigningKey &key, const QJsonObject &claims, QByteArrayView type)
{
    return JwtSigner(key, type).sign(QJsonDocument(claims).toJson(QJsonDocument::Compact)).value();
}

} // namespace aegis::test
