#include "server/events/EventPartitionStore.h"

namespace aegis {
namespace {

constexpr Sql ensureSql("select aegis.ensure_event_partitions(($1::timestamptz at time zone 'UTC')::date, 7)");

} // namespace

Result<void> EventPartitionStore::ensure(Tx &tx)
{
    CHECK(tx.query(ensureSql, tx.context().now));
    return {};
}

} // namespace aegis
