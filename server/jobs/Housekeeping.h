#pragma once

#include "server/db/DatabaseSession.h"

#include <QtCore/QUuid>

namespace aegis {

/// What the settings say about it.
struct HouseRules {
    std::chrono::seconds accessLifetime{900};              ///< of access tokens
    std::chrono::seconds sessionRetention{30 * 24 * 3600}; ///< of sessions that have ended
    std::chrono::seconds unverifiedRetention{0};           ///< of organizations whose owner's address is never verified; 0: they stay
    QUuid instance;                                        ///< who does it; nil: this process
};

/// What a server does for its database every hour, beside its requests: makes the partitions of the coming week's events,
/// then removes revocations, answers to idempotent calls, half logins and mailed tokens that have expired, ends the sessions that have, and
/// deletes those that ended long ago, and removes signups that nobody has verified, in small transactions. Any number of instances may do it at once; the sessions are one's at a time, by
/// a lease. The partitions come first, and nothing that fails later takes them back.
Result<void> keepHouse(DatabaseSession &session, Instant now, const HouseRules &rules = {});

} // namespace aegis
