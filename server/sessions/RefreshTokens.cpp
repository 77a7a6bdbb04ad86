#include "server/sessions/RefreshTokens.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace aegis {
namespace {

constexpr QByteArrayView refreshTokenType = "rt+jwt";

Problem refused(const QString &why)
{
    return Problem(ProblemCode::InvalidRefreshToken).withInternal(why);
}

} // namespace

RefreshTokens::RefreshTokens(const SigningKey &key, QString issuer) :
    m_signer(key, refreshTokenType), m_verifier({key}, refreshTokenType), m_issuer(std::move(issuer))
{
}

Result<RefreshTokens> RefreshTokens::make(const Secret &secret, QString issuer)
{
    TRY(const SigningKey key, SigningKey::fromPrivate(SigningAlgorithm::Hs256, secret));
    return RefreshTokens(key, std::move(issuer));
}

Result<Secret> RefreshTokens::token(const RefreshTokenFacts &facts) const
{
    QJsonObject claims{
        {QStringLiteral("iss"), m_issuer},
        {QStringLiteral("sub"), QString::fromLatin1(facts.user.text())},
        {QStringLiteral("sid"), QString::fromLatin1(facts.session.text())},
        {QStringLiteral("gen"), facts.generation},
        {QStringLiteral("jti"), QString::fromLatin1(base64Url(facts.nonce) + '.' + QByteArray::number(facts.generation))},
        {QStringLiteral("iat"), qint64(toUnixSeconds(facts.issuedAt))},
        {QStringLiteral("exp"), qint64(toUnixSeconds(facts.expiresAt))},
        {QStringLiteral("session_exp"), qint64(toUnixSeconds(facts.sessionExpiresAt))},
    };
    if (!facts.organization.isNil())
        claims.insert(QStringLiteral("org"), QString::fromLatin1(facts.organization.text()));
    return m_signer.sign(QJsonDocument(claims).toJson(QJsonDocument::Compact));
}

Result<RefreshTokenFacts> RefreshTokens::read(const Secret &token, Instant now, Expired expired) const
{
    const auto payload = m_verifier.verify(token.reveal());
    if (!payload)
        return refused(payload.problem().internal);
    const QJsonObject claims = QJsonDocument::fromJson(payload.value()).object();
    const auto id = [&](QLatin1String name) { return parseUuid(claims.value(name).toString().toLatin1()).value_or(QUuid()); };

    RefreshTokenFacts facts;
    facts.user = UserId(id(QLatin1String("sub")));
    facts.session = SessionId(id(QLatin1String("sid")));
    facts.organization = OrganizationId(id(QLatin1String("org")));
    facts.generation = claims.value(QLatin1String("gen")).toInt();
    facts.nonce = base64UrlDecode(claims.value(QLatin1String("jti")).toString().section(u'.', 0, 0).toLatin1()).value_or(QByteArray());
    facts.issuedAt = fromUnixSeconds(claims.value(QLatin1String("iat")).toInteger());
    facts.expiresAt = fromUnixSeconds(claims.value(QLatin1String("exp")).toInteger());
    facts.sessionExpiresAt = fromUnixSeconds(claims.value(QLatin1String("session_exp")).toInteger());
    if (claims.value(QLatin1String("iss")).toString() != m_issuer || facts.user.isNil() || facts.session.isNil() || facts.generation < 1)
        return refused(QStringLiteral("a claim is missing or another issuer's"));
    if (facts.expiresAt <= now && expired == Expired::Refused)
        return refused(QStringLiteral("expired"));
    return facts;
}

QByteArray RefreshTokens::hash(const Secret &token)
{
    return sha256(token.reveal());
}

} // namespace aegis
