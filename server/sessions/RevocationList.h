#pragma once

#include "server/sessions/AccessGrant.h"
#include "server/sessions/Revocation.h"

#include <QtCore/QHash>

#include <atomic>
#include <functional>
#include <shared_mutex>

namespace aegis {

/// What was revoked before it expired, in the memory of this process: asked on each request, so without a round trip.
/// The table `revocation` is the truth; the feed keeps this list like it. Any thread.
class RevocationList {
public:
    /// What this instance has revoked, after the commit: it holds here at once, and the others are told. Of two about the same the
    /// later times win.
    void revoke(const Revocation &revocation);
    /// The same for what the table says; whether it was news.
    bool learn(const Revocation &revocation);
    /// Told of each revoke(), on its thread. Once, before anybody revokes.
    void onRevoked(std::function<void()> tell) { m_tell = std::move(tell); }

    /// Whether the token, its session, or all sessions of its person or organization were revoked. When a session was
    /// opened is read from its id (UUIDv7, in milliseconds); `iat` has whole seconds, which cannot part a session that was
    /// ended from one that was opened in the same second.
    bool isRevoked(const AccessGrant &grant) const;

    /// Forgets what no token can be about any more.
    void forgetExpired(Instant now);
    qsizetype size() const;

    using Clock = std::chrono::steady_clock;
    /// Called by the feed each time that the list has been brought up to what was true at that moment.
    void markFresh(Clock::time_point asOf);
    /// How long ago that moment was; a very long time if never.
    std::chrono::milliseconds age() const;

private:
    struct Entry {
        Instant notBefore{};
        Instant expiresAt{};
    };

    std::function<void()> m_tell;
    mutable std::shared_mutex m_mutex;
    QHash<QUuid, Entry> m_byId;             ///< sessions and tokens
    QHash<QUuid, Entry> m_byOwner;          ///< persons and organizations
    std::atomic<std::int64_t> m_freshAt{0}; ///< of the steady clock, in milliseconds; 0: never
};

} // namespace aegis
