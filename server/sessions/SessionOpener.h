#pragma once

#include "server/events/EventBatch.h"
#include "server/sessions/AccessTokens.h"
#include "server/sessions/RefreshTokens.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// How long sessions last.
struct SessionLifetimes {
    std::chrono::seconds idle{7 * 24 * 3600};       ///< without a refresh; a refresh token expires after it
    std::chrono::seconds absolute{30 * 24 * 3600};  ///< whatever is done
    std::chrono::milliseconds refreshGrace{10'000}; ///< in which a token that was just rotated gets the current one again
};

/// A pair of tokens for the client, with the seconds that each is good for.
struct TokenPair {
    Secret accessToken;
    Secret refreshToken;
    qint64 expiresIn = 0;
    qint64 refreshExpiresIn = 0;
};

/// A session that is ready to be stored: the rows for the SQL function `open_session`, and the tokens for the client.
struct OpenedSession {
    SessionId id;
    Instant expiresAt{};
    TokenPair tokens;
    QJsonObject session;
    QJsonObject refreshToken;
};

/// Prepares a session for the tenant of the context, which must name the person. Nothing is stored here: the caller
/// stores it together with what the session is for. Any thread.
class SessionOpener {
public:
    SessionOpener(const AccessTokens &accessTokens, const RefreshTokens &refreshTokens, SessionLifetimes lifetimes) :
        m_accessTokens(accessTokens), m_refreshTokens(refreshTokens), m_lifetimes(lifetimes)
    {
    }

    Result<OpenedSession> open(const RequestContext &context, const QStringList &roles, const QStringList &authMethods) const;

    /// The event that goes with it.
    static EventDraft createdEvent(const RequestContext &context, const OpenedSession &session, const QStringList &authMethods);

    /// When a refresh token that is given out now expires.
    Instant refreshExpiry(Instant now, Instant sessionExpiresAt) const { return std::min(now + m_lifetimes.idle, sessionExpiresAt); }
    const SessionLifetimes &lifetimes() const { return m_lifetimes; }

private:
    const AccessTokens &m_accessTokens;
    const RefreshTokens &m_refreshTokens;
    const SessionLifetimes m_lifetimes;
};

} // namespace aegis
