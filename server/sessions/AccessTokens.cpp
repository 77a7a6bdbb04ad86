#include "server/sessions/AccessTokens.h"

#include "server/crypto/ClaimsCheck.h"
#include "server/crypto/Digest.h"
#include "server/crypto/Jws.h"
#include "shared/json/CanonicalJson.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

namespace aegis {
namespace {

QStringList strings(const QJsonValue &list)
{
    QStringList all;
    const QJsonArray elements = list.toArray();
    for (const auto &element : elements)
        all.append(element.toString());
    return all;
}

template <class Tag> Id<Tag> idClaim(const QJsonObject &claims, QLatin1String name)
{
    return Id<Tag>::parse(claims.value(name).toString().toLatin1()).value_or(Id<Tag>());
}

Problem noSigner()
{
    return Problem(ProblemCode::Overloaded).withRetryAfter(std::chrono::seconds(2)).withInternal(QStringLiteral("no signing key can be opened"));
}

} // namespace

AccessTokens::AccessTokens(const KeyRing &keys, Options options) : m_keys(keys), m_options(std::move(options)) {}

Result<Secret> AccessTokens::issue(const AccessGrant &grant, Instant now, Instant sessionExpiresAt) const
{
    CanonicalJson claims;
    claims.texts("amr", grant.authMethods);
    claims.text("aud", m_options.audience);
    claims.number("auth_time", toUnixSeconds(grant.authTime));
    claims.number("exp", toUnixSeconds(std::min(now + m_options.lifetime, sessionExpiresAt)));
    claims.number("iat", toUnixSeconds(now));
    claims.text("iss", m_options.issuer);
    claims.uuid("jti", TokenId::make(now).uuid());
    if (!grant.organization.isNil())
        claims.uuid("org", grant.organization.uuid());
    claims.texts("roles", grant.roles);
    claims.uuid("sid", grant.session.uuid());
    claims.uuid("sub", grant.user.uuid());
    const auto keys = m_keys.current();
    const JwtSigner *const signer = keys->signerAt(now);
    if (!signer)
        return noSigner();
    return signer->sign(claims.take());
}

Result<void> AccessTokens::canSign(Instant now) const
{
    return m_keys.current()->signerAt(now) ? Result<void>() : Result<void>(noSigner());
}

Result<std::shared_ptr<const AccessGrant>> AccessTokens::verify(QByteArrayView token, Instant now) const
{
    if (token.size() > maximumTokenSize)
        return Problem(ProblemCode::InvalidToken).withInternal(QStringLiteral("too long"));
    const Digest digest = sha256(token);
    const std::uint64_t losses = m_keys.losses(); // before the keys are looked at: one that goes meanwhile is noticed the next time
    {
        const std::lock_guard lock(m_mutex);
        if (losses > m_losses) {
            m_remembered.clear();
            m_losses = losses;
        }
        const auto found = m_remembered.constFind(digest);
        if (found != m_remembered.constEnd()) {
            if ((*found)->expiresAt > now)
                return *found;
            m_remembered.erase(found);
            return Problem(ProblemCode::InvalidToken).withInternal(QStringLiteral("expired"));
        }
    }
    auto grant = verifyAnew(token, now);
    if (grant)
        remember(digest, *grant, now, losses);
    else if (!m_keys.isComplete()) // others may know who has signed it
        return Problem(ProblemCode::RevocationUnavailable).withRetryAfter(std::chrono::seconds(1)).withInternal(grant.problem().internal);
    return grant;
}

Result<std::shared_ptr<const AccessGrant>> AccessTokens::verifyAnew(QByteArrayView token, Instant now) const
{
    TRY(const QByteArray payload, m_keys.current()->verifier().verify(token));
    const ClaimsCheck check{.issuer = m_options.issuer, .audience = m_options.audience, .leeway = std::chrono::seconds(5)};
    TRY(const JwtClaims claims, check.check(payload, now));

    auto grant = std::make_shared<AccessGrant>();
    grant->user = idClaim<UserTag>(claims.all, QLatin1String("sub"));
    grant->session = idClaim<SessionTag>(claims.all, QLatin1String("sid"));
    grant->token = idClaim<TokenTag>(claims.all, QLatin1String("jti"));
    grant->organization = idClaim<OrganizationTag>(claims.all, QLatin1String("org"));
    grant->roles = strings(claims.all.value(QLatin1String("roles")));
    grant->authMethods = strings(claims.all.value(QLatin1String("amr")));
    grant->authTime = fromUnixSeconds(claims.all.value(QLatin1String("auth_time")).toInteger());
    grant->issuedAt = claims.issuedAt;
    // A shorter lifetime works for older tokens at once: a revocation is remembered no longer than it.
    grant->expiresAt = std::min(claims.expiresAt, claims.issuedAt + m_options.lifetime);
    if (grant->user.isNil() || grant->session.isNil() || grant->token.isNil())
        return Problem(ProblemCode::InvalidToken).withInternal(QStringLiteral("sub, sid or jti is missing"));
    if (grant->expiresAt <= now) // the leeway is for clocks that differ, not for our own tokens
        return Problem(ProblemCode::InvalidToken).withInternal(QStringLiteral("expired"));
    return std::shared_ptr<const AccessGrant>(std::move(grant));
}

void AccessTokens::remember(const Digest &digest, std::shared_ptr<const AccessGrant> grant, Instant now, std::uint64_t losses) const
{
    const std::lock_guard lock(m_mutex);
    if (losses < m_losses) // the key may have gone since
        return;
    if (m_remembered.size() >= m_options.remembered) {
        m_remembered.removeIf([&](const auto &entry) { return entry.value()->expiresAt <= now; });
        if (m_remembered.size() >= m_options.remembered)
            m_remembered.clear(); // all are alive: a signature is checked once more for each, that is all
    }
    m_remembered.insert(digest, std::move(grant));
}

} // namespace aegis
