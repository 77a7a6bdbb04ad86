#pragma once

#include "server/events/EventBatch.h"
#include "server/sessions/TokenIssuer.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// How long sessions last.
struct SessionLifetimes {
    std::chrono::seconds idle{7 * 24 * 3600};       ///< without a refresh; a refresh token expires after it
    std::chrono::seconds absolute{30 * 24 * 3600};  ///< whatever is done
    std::chrono::milliseconds refreshGrace{10'000}; ///< in which a token that was just rotated gets the current one again
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
    SessionOpener(const TokenIssuer &tokens, SessionLifetimes lifetimes) : m_tokens(tokens), m_lifetimes(lifetimes) {}

    Result<OpenedSession> open(const RequestContext &context, const QStringList &roles, const QStringList &authMethods) const;
    /// One that takes the place of another: it has shown what that has shown, when it did, and lasts no longer.
    Result<OpenedSession> goOn(const RequestContext &context, const QStringList &roles, const Authentication &auth, Instant expiresAt) const;

    /// The event that goes with it.
    static EventDraft createdEvent(const RequestContext &context, const OpenedSession &session, const QStringList &authMethods);

    /// When a refresh token that is given out now expires.
    Instant refreshExpiry(Instant now, Instant sessionExpiresAt) const { return std::min(now + m_lifetimes.idle, sessionExpiresAt); }
    const SessionLifetimes &lifetimes() const { return m_lifetimes; }

private:
    const TokenIssuer &m_tokens;
    const SessionLifetimes m_lifetimes;
};

} // namespace aegis
