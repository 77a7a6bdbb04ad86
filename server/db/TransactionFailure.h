#pragma once

#include "server/db/Connection.h"
#include "server/db/Tx.h"

namespace aegis {

/// What the end of a round trip means for its transaction.
struct TransactionFailure {
    enum class Kind {
        Failed,         ///< the statement was refused; the transaction has to be rolled back
        Lost,           ///< the connection has gone or is of no use, and nothing was committed
        OutcomeUnknown, ///< the connection has gone, and nobody can say whether it was committed
    };

    Kind kind;
    Problem problem;
    bool repeatHelps = false;    ///< on this connection: a serialization failure, a deadlock
    bool reconnectHelps = false; ///< on another connection
    bool diskFailed = false;     ///< PostgreSQL met a full or broken disk

    /// Of an exchange with an error or without a connection. `mayBeCommitted`: the commit had been sent, and no statement
    /// before it was refused.
    static TransactionFailure of(const Exchange &exchange, Tx::Access access, bool mayBeCommitted);
};

} // namespace aegis
