#pragma once

#include "server/db/Tx.h"

namespace aegis {

/// The partitions of the table `event`, one for each day.
class EventPartitionStore {
public:
    /// Makes those from yesterday until a week ahead that are missing.
    static Result<void> ensure(Tx &tx);
};

} // namespace aegis
