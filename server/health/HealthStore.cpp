#include "server/health/HealthStore.h"

namespace aegis {
namespace {

constexpr Sql migrationsSql("select count(*)::int from aegis.migration");

} // namespace

Result<int> HealthStore::migrations(Tx &tx)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, migrationsSql));
    return row.get<int>(0);
}

} // namespace aegis
