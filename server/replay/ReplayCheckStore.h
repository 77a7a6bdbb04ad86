#pragma once

#include "server/db/Tx.h"

#include <map>

namespace aegis {

/// Whether the events tell what the tables hold.
class ReplayCheckStore {
public:
    /// One fact that the two do not have in common.
    struct Difference {
        QString what;                   ///< `user`, `organization`, `role`, `membership`, `platform role` or `session`
        QString id;                     ///< of a role and a membership: the organization's first, apart by slashes
        QString field;                  ///< `row`: it is only in one of them
        std::optional<QString> told;    ///< by the events
        std::optional<QString> present; ///< in the tables
    };
    struct Report {
        std::map<QString, qint64> compared; ///< rows by what they are
        qint64 older = 0;                   ///< rows from before the first event that is left: what is told of them was compared
        qint64 cleared = 0;                 ///< sessions that have ended, and whose rows were removed since
        qint64 differences = 0;
        std::vector<Difference> shown; ///< of the differences the first thousand
    };

    /// Compares what all events tell with the tables, as one moment has both. A session that ended before `sessionsKeptSince` may have been
    /// removed. In a transaction of the role that migrates.
    static Result<Report> compare(Tx &tx, Instant sessionsKeptSince);
};

} // namespace aegis
