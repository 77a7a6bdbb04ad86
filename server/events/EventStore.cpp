#include "server/events/EventStore.h"

namespace aegis {
namespace {

constexpr Sql appendSql("select aegis.append_events($1)");

} // namespace

Result<void> EventStore::appendFinally(Tx &tx, const EventBatch &events)
{
    CHECK(tx.finalQuery(appendSql, Json(events.json())));
    return {};
}

Result<void> EventStore::append(Tx &tx, const EventBatch &events)
{
    CHECK(tx.query(appendSql, Json(events.json())));
    return {};
}

} // namespace aegis
