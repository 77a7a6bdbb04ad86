#pragma once

#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// The table `revocation`, which tells every instance what ended before its tokens did.
class RevocationStore {
public:
    struct Entry {
        QUuid subject; ///< id of a session or token
        Instant expiresAt{};
    };
    struct Batch {
        std::vector<Entry> entries;
        qint64 horizon = 0; ///< where the next batch begins
    };

    /// All entries of transactions from the horizon on. What commits late is not missed, for a horizon never passes a
    /// transaction that is still running; an entry may come twice.
    static Result<Batch> since(Tx &tx, qint64 horizon);
    static Result<bool> isRevoked(Tx &tx, const SessionId &session, const TokenId &token);
    static Result<void> removeExpired(Tx &tx);
};

} // namespace aegis
