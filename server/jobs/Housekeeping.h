#pragma once

#include "server/db/DatabaseSession.h"

#include <QtCore/QUuid>

namespace aegis {

/// What the settings say about it.
struct HouseRules {
    std::chrono::seconds accessLifetime{900};                 ///< of access tokens
    std::chrono::seconds sessionRetention{30 * 24 * 3600};    ///< of sessions that have ended
    std::chrono::seconds unverifiedRetention{0};              ///< of organizations whose owner's address is never verified; 0: they stay
    std::chrono::seconds jobHistoryRetention{30 * 24 * 3600}; ///< of runs of jobs
    QUuid instance;                                           ///< who does it; nil: this process
};

/// Does all of houseJobs() but account-unlock and job-history, one after the other, whatever their schedules: for tests, and for who has
/// a database and no server. The partitions come first, and nothing that fails later takes them back. Any number may do it at once,
/// beside servers that run the jobs; the sessions are one's at a time, by a lease.
Result<void> keepHouse(DatabaseSession &session, Instant now, const HouseRules &rules = {});

} // namespace aegis
