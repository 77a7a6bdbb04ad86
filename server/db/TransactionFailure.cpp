#include "server/db/TransactionFailure.h"

namespace aegis {
namespace {

Problem lost(ProblemCode code, const QString &when, const SqlError &error)
{
    return Problem(code)
        .withRetryAfter(std::chrono::seconds(1))
        .withInternal(QStringLiteral("the connection was lost%1. %2").arg(when, error.internal));
}

} // namespace

TransactionFailure TransactionFailure::of(const Exchange &exchange, Tx::Access access, bool mayBeCommitted)
{
    const SqlError error = exchange.error.value_or(SqlError{});
    const bool writes = access == Tx::Access::Write;
    const bool diskFailed = error.isDiskTrouble();
    if (exchange.isLost && mayBeCommitted && writes) {
        return {.kind = Kind::OutcomeUnknown,
                .problem = lost(ProblemCode::OutcomeUnknown, QStringLiteral(" during the commit"), error),
                .diskFailed = diskFailed};
    }
    // A server that has become a standby takes no writes: the connection string may name another that does.
    const bool isReadOnly = error.state == "25006";
    if (exchange.isLost || (writes && isReadOnly)) {
        return {.kind = Kind::Lost,
                .problem = lost(ProblemCode::DatabaseUnavailable, QString(), error),
                .reconnectHelps = true,
                .diskFailed = diskFailed};
    }
    return {.kind = Kind::Failed,
            .problem = isReadOnly ? Problem(ProblemCode::Internal).withInternal(error.internal) : problemFor(error),
            .repeatHelps = error.isTransient(),
            .reconnectHelps = error.isStalePlan(),
            .diskFailed = diskFailed};
}

} // namespace aegis
