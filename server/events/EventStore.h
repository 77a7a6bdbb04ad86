#pragma once

#include "server/db/Database.h"
#include "server/events/EventBatch.h"

namespace aegis {

/// The table `event`, to which nothing but this and the SQL functions of the features append.
class EventStore {
public:
    /// Appends the events in a transaction of their own, in one round trip.
    static Task<Result<void>> record(Database &database, const RequestContext &context, const EventBatch &events);
    /// Appends them in this transaction; more statements may follow.
    static Result<void> append(Tx &tx, const EventBatch &events);
};

} // namespace aegis
