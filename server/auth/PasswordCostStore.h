#pragma once

#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// What the passwords of all accounts cost to compare with.
class PasswordCostStore {
public:
    struct Share {
        QByteArray beginning; ///< of the hashes: algorithm and cost; empty: none that can be used
        qint64 accounts = 0;
    };
    /// Of all accounts, or of a sample of about a hundred thousand.
    static Result<std::vector<Share>> shares(Tx &tx);
};

} // namespace aegis
