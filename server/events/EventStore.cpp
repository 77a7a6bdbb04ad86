#include "server/events/EventStore.h"

namespace aegis {
namespace {

constexpr Sql appendSql("select aegis.append_events($1)");

} // namespace

Task<Result<void>> EventStore::record(Database &database, const RequestContext &context, const EventBatch &events)
{
    Task<Result<Rows>> task = database.writeRows(context, appendSql, Json(events.json()));
    CO_CHECK(co_await task);
    co_return Result<void>();
}

Result<void> EventStore::append(Tx &tx, const EventBatch &events)
{
    CHECK(tx.query(appendSql, Json(events.json())));
    return {};
}

} // namespace aegis
