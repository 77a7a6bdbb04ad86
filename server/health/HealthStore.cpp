#include "server/health/HealthStore.h"

namespace aegis {
namespace {

constexpr Sql stateSql(R"(
    select (select count(*)::int from aegis.migration),
           to_regclass('aegis.event_' || to_char(($1::timestamptz at time zone 'UTC')::date + 1, 'YYYYMMDD')) is not null)");

} // namespace

Result<HealthStore::State> HealthStore::state(Tx &tx)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, stateSql, tx.context().now));
    return State{.migrations = row.get<int>(0), .hasRoomForEvents = row.get<bool>(1)};
}

} // namespace aegis
