#pragma once

#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <QtCore/QHash>

#include <atomic>
#include <shared_mutex>

namespace aegis {

/// What was revoked before it expired, in the memory of this process: asked on each request, so without a round trip.
/// The table `revocation` is the truth; the feed keeps this list like it. Any thread.
class RevocationList {
public:
    /// Anything that names a session or a token may be revoked: their ids never meet. A longer time wins.
    void revoke(const QUuid &id, Instant expiresAt);
    bool isRevoked(const SessionId &session, const TokenId &token) const;

    /// Forgets what no token can be about any more.
    void forgetExpired(Instant now);
    qsizetype size() const;

    /// Called by the feed each time that the list has been brought up to date.
    void markFresh();
    /// How long ago that was; a very long time if never.
    std::chrono::milliseconds age() const;

private:
    mutable std::shared_mutex m_mutex;
    QHash<QUuid, Instant> m_revoked;
    std::atomic<std::int64_t> m_freshAt{0}; ///< of the steady clock, in milliseconds; 0: never
};

} // namespace aegis
