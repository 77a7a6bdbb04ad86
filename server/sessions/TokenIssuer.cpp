#include "server/sessions/TokenIssuer.h"

namespace aegis {
namespace {

qint64 secondsUntil(Instant end, Instant now)
{
    return std::chrono::floor<std::chrono::seconds>(end - now).count();
}

} // namespace

Result<TokenPair> TokenIssuer::issue(const RefreshTokenFacts &facts, const QStringList &roles, const Authentication &authentication,
                                     Instant now) const
{
    TRY(Secret refreshToken, m_refreshTokens.token(facts));
    return issueWith(std::move(refreshToken), facts, roles, authentication, now);
}

Result<TokenPair> TokenIssuer::issueWith(Secret refreshToken, const RefreshTokenFacts &facts, const QStringList &roles,
                                         const Authentication &authentication, Instant now) const
{
    const AccessGrant grant{.user = facts.user,
                            .session = facts.session,
                            .organization = facts.organization,
                            .roles = roles,
                            .authMethods = authentication.methods,
                            .authTime = authentication.time,
                            .token = {}};
    TokenPair tokens;
    tokens.refreshToken = std::move(refreshToken);
    TRY(IssuedAccess access, issueAccess(grant, now, facts.sessionExpiresAt));
    tokens.accessToken = std::move(access.token);
    tokens.expiresIn = access.expiresIn;
    tokens.refreshExpiresIn = secondsUntil(facts.expiresAt, now);
    return tokens;
}

Result<TokenIssuer::IssuedAccess> TokenIssuer::issueAccess(const AccessGrant &grant, Instant now, Instant sessionExpiresAt) const
{
    TRY(Secret token, m_accessTokens.issue(grant, now, sessionExpiresAt));
    return IssuedAccess{.token = std::move(token),
                        .expiresIn = std::min<qint64>(m_accessTokens.lifetime().count(), secondsUntil(sessionExpiresAt, now))};
}

} // namespace aegis
