#pragma once

#include "server/db/Tx.h"
#include "server/events/EventBatch.h"

namespace aegis {

/// The table `event`, to which nothing but this and the SQL functions of the features append.
class EventStore {
public:
    /// Appends the events in this transaction, as its last statement: it commits with them.
    static Result<void> appendFinally(Tx &tx, const EventBatch &events);
    /// Appends them; more statements may follow.
    static Result<void> append(Tx &tx, const EventBatch &events);
};

} // namespace aegis
