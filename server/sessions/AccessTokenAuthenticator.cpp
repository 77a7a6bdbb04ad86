#include "server/sessions/AccessTokenAuthenticator.h"

#include "server/db/QuickRead.h"
#include "server/sessions/RevocationStore.h"

namespace aegis {
namespace {

http::Principal principalOf(const AccessGrant &grant)
{
    return {.tenant = {.organization = grant.organization, .user = grant.user},
            .actor = {.user = grant.user, .session = grant.session, .token = grant.token, .roles = grant.roles, .authTime = grant.authTime}};
}

Problem revoked()
{
    return Problem(ProblemCode::InvalidToken).withInternal(QStringLiteral("revoked"));
}

Problem cannotBeChecked(const QString &internal)
{
    return Problem(ProblemCode::RevocationUnavailable).withRetryAfter(std::chrono::seconds(1)).withInternal(internal);
}

} // namespace

std::optional<Result<http::Principal>> AccessTokenAuthenticator::authenticateAtOnce(const Secret &bearer, Instant now)
{
    auto grant = m_tokens.verify(bearer.reveal(), now);
    if (!grant)
        return Result<http::Principal>(std::move(grant).problem());
    if (m_revocations.isRevoked(**grant)) // once ended, never valid again, however old the list
        return Result<http::Principal>(revoked());
    if (m_revocations.age() > m_maxAge)
        return std::nullopt;
    return Result<http::Principal>(principalOf(**grant));
}

std::optional<SessionId> AccessTokenAuthenticator::sessionOfRefreshToken(const Secret &token) const
{
    const auto facts = m_refreshTokens.read(token, {}, RefreshTokens::Expired::Allowed);
    return facts ? std::optional(facts->session) : std::nullopt;
}

Task<Result<http::Principal>> AccessTokenAuthenticator::authenticate(const Secret &bearer, Instant now)
{
    CO_TRY(const auto grant, m_tokens.verify(bearer.reveal(), now));
    // A database that hangs is not asked by everybody in turn.
    if (m_reads.oldest() >= std::min(m_maxAge, quickReadTime))
        co_return cannotBeChecked(QStringLiteral("the database has not answered for %1 ms").arg(m_reads.oldest().count()));
    auto ask = [grant, token = m_reads.begin()](Tx &tx) { return RevocationStore::isRevoked(tx, *grant); };
    const auto inTable = co_await quickRead<bool>(m_database, RequestContext::forSystem(now), std::move(ask));
    if (!inTable)
        co_return cannotBeChecked(inTable.problem().internal);
    if (*inTable || m_revocations.isRevoked(*grant))
        co_return revoked();
    co_return principalOf(*grant);
}

} // namespace aegis
