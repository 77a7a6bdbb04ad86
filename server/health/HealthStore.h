#pragma once

#include "server/db/Tx.h"

namespace aegis {

/// What the database says of its own state.
class HealthStore {
public:
    /// The number of migrations that it has had.
    static Result<int> migrations(Tx &tx);
};

} // namespace aegis
