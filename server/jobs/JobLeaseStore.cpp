#include "server/jobs/JobLeaseStore.h"

namespace aegis {
namespace {

constexpr Sql claimSql("select aegis.claim_job($1, $2, $3, $4)");

} // namespace

Result<bool> JobLeaseStore::claim(Tx &tx, QLatin1String job, const QUuid &holder, Instant until)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, claimSql, job, holder, tx.context().now, until));
    return row.get<bool>(0);
}

} // namespace aegis
