#pragma once

#include "server/sessions/AccessTokens.h"
#include "server/sessions/RefreshTokens.h"
#include "shared/time/ClockMargin.h"

namespace aegis {

/// A pair of tokens for the client, with the seconds that each is good for.
struct TokenPair {
    Secret accessToken;
    Secret refreshToken;
    qint64 expiresIn = 0;
    qint64 refreshExpiresIn = 0;
};

/// How a person has shown who they are.
struct Authentication {
    QStringList methods; ///< `amr` (RFC 8176)
    Instant time{};      ///< `auth_time`
};

/// The one place where the tokens of a session are made, when it is opened and at each refresh. Any thread.
class TokenIssuer {
public:
    TokenIssuer(const AccessTokens &accessTokens, const RefreshTokens &refreshTokens) : m_accessTokens(accessTokens), m_refreshTokens(refreshTokens)
    {
    }

    /// The refresh token of these facts, the same each time, and a new access token for the same person and session. Neither
    /// outlives the session.
    Result<TokenPair> issue(const RefreshTokenFacts &facts, const QStringList &roles, const Authentication &authentication, Instant now) const;
    /// The same with the refresh token of these facts, which has been made before.
    Result<TokenPair> issueWith(Secret refreshToken, const RefreshTokenFacts &facts, const QStringList &roles, const Authentication &authentication,
                                Instant now) const;

    /// An access token alone, for a session that goes on, with the seconds that it is good for.
    struct IssuedAccess {
        Secret token;
        qint64 expiresIn = 0;
    };
    Result<IssuedAccess> issueAccess(const AccessGrant &grant, Instant now, Instant sessionExpiresAt) const;

    /// Asked before anything is used up for a token: `overloaded` while this server can sign none.
    Result<void> isAble(Instant now) const { return m_accessTokens.canSign(now); }

    /// When every access token that has been given out by now has expired, with a margin for one that is being given out:
    /// until then a revocation is remembered.
    Instant accessEndsBy(Instant now) const { return accessEndsBy(now, m_accessTokens.lifetime()); }
    static Instant accessEndsBy(Instant now, std::chrono::seconds lifetime) { return now + lifetime + clockMargin; }

private:
    const AccessTokens &m_accessTokens;
    const RefreshTokens &m_refreshTokens;
};

} // namespace aegis
