#pragma once

#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// Sessions that nobody can use any more, of whichever tenant.
class SessionExpiryStore {
public:
    struct Expired {
        Tenant tenant; ///< of the session
        SessionId session;
        bool isAbsolute = false; ///< it had lasted as long as one may; else nobody used it
        Instant lastUsedAt{};
    };
    /// Where a page begins: after this session.
    struct Place {
        TenantId tenant;
        SessionId session;
    };
    /// Those that have expired and have not ended, in the order of their tenants; at most so many.
    static Result<std::vector<Expired>> expired(Tx &tx, const Place &after, int most);
    /// Ends sessions of the transaction's tenant that have expired and have not ended meanwhile; tells how many.
    static Result<int> expire(Tx &tx, const std::vector<SessionId> &sessions, std::chrono::seconds accessLifetime, const QByteArray &events);

    struct Dead {
        Tenant tenant;
        SessionId session;
    };
    /// Some that ended before then.
    static Result<std::vector<Dead>> dead(Tx &tx, Instant endedBefore, int most);
    /// Deletes sessions of the transaction's tenant that have ended; tells how many.
    static Result<qint64> remove(Tx &tx, const std::vector<SessionId> &sessions);
};

} // namespace aegis
