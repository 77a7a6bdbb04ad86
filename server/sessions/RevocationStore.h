#pragma once

#include "server/db/Tx.h"
#include "server/sessions/AccessGrant.h"
#include "server/sessions/Revocation.h"

#include <vector>

namespace aegis {

/// The table `revocation`, which tells every instance what ended before its tokens did.
class RevocationStore {
public:
    struct Batch {
        std::vector<Revocation> revocations;
        qint64 horizon = 0; ///< where the next batch begins
    };

    /// All revocations of transactions from the horizon on. What commits late is not missed, for a horizon never passes a
    /// transaction that is still running; one may come twice. `internal` when one is of a kind that this server does not know.
    static Result<Batch> since(Tx &tx, qint64 horizon);
    /// As RevocationList::isRevoked(); `internal` when it is not known to be and one is of an unknown kind.
    static Result<bool> isRevoked(Tx &tx, const AccessGrant &grant);
    /// Removes some that have expired; tells how many.
    static Result<qint64> removeExpired(Tx &tx, int most);
};

} // namespace aegis
