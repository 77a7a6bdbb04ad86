#include "server/health/HealthStore.h"

namespace aegis {
namespace {

constexpr Sql stateSql(R"(
    select clock_timestamp(), (select count(*)::int from aegis.migration),
           to_regclass('aegis.event_' || to_char(($1::timestamptz at time zone 'UTC')::date + 1, 'YYYYMMDD')) is not null)");

// A sort that has no room in memory. The subquery is kept as it is because of its offset.
constexpr Sql smallMemorySql = "select set_config('work_mem', '64kB', true)";
constexpr Sql spillSql = "select count(*) from (select md5(n::text) as text from generate_series(1, 10000) as n order by 1 offset 0) as sorted";

} // namespace

Result<HealthStore::State> HealthStore::state(Tx &tx)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, stateSql, tx.context().now));
    return State{.clock = row.get<Instant>(0), .migrations = row.get<int>(1), .hasRoomForEvents = row.get<bool>(2)};
}

Result<void> HealthStore::tryDisk(Tx &tx)
{
    CHECK(tx.query(smallMemorySql));
    CHECK(tx.finalQuery(spillSql));
    return {};
}

} // namespace aegis
