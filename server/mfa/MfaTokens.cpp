#include "server/mfa/MfaTokens.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace aegis {
namespace {

constexpr QByteArrayView mfaTokenType = "mfa+jwt";

Problem refused(const QString &why)
{
    return Problem(ProblemCode::InvalidMfaToken).withInternal(why);
}

} // namespace

MfaTokens::MfaTokens(const SigningKey &key, QString issuer) :
    m_signer(key, mfaTokenType), m_verifier({key}, mfaTokenType), m_issuer(std::move(issuer))
{
}

Result<MfaTokens> MfaTokens::make(const Secret &secret, QString issuer)
{
    TRY(const SigningKey key, SigningKey::fromPrivate(SigningAlgorithm::Hs256, secret));
    return MfaTokens(key, std::move(issuer));
}

Result<Secret> MfaTokens::token(const MfaChallengeFacts &facts) const
{
    const QJsonObject claims{
        {QStringLiteral("iss"), m_issuer},
        {QStringLiteral("sub"), QString::fromLatin1(facts.user.text())},
        {QStringLiteral("jti"), QString::fromLatin1(facts.challenge.text())},
        {QStringLiteral("iat"), qint64(toUnixSeconds(facts.issuedAt))},
        {QStringLiteral("exp"), qint64(toUnixSeconds(facts.expiresAt))},
    };
    return m_signer.sign(QJsonDocument(claims).toJson(QJsonDocument::Compact));
}

Result<MfaChallengeFacts> MfaTokens::read(const Secret &token, Instant now) const
{
    const auto payload = m_verifier.verify(token.reveal());
    if (!payload)
        return refused(payload.problem().internal);
    const QJsonObject claims = QJsonDocument::fromJson(payload.value()).object();
    const MfaChallengeFacts facts{.user = UserId::parse(claims.value(QLatin1String("sub")).toString().toLatin1()).value_or(UserId()),
                                  .challenge = TokenId::parse(claims.value(QLatin1String("jti")).toString().toLatin1()).value_or(TokenId()),
                                  .issuedAt = fromUnixSeconds(claims.value(QLatin1String("iat")).toInteger()),
                                  .expiresAt = fromUnixSeconds(claims.value(QLatin1String("exp")).toInteger())};
    if (claims.value(QLatin1String("iss")).toString() != m_issuer || facts.user.isNil() || facts.challenge.isNil())
        return refused(QStringLiteral("a claim is missing or another issuer's"));
    if (facts.expiresAt <= now)
        return refused(QStringLiteral("expired"));
    return facts;
}

} // namespace aegis
