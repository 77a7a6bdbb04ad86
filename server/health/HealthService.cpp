#include "server/health/HealthService.h"

#include "server/db/QuickRead.h"
#include "server/health/HealthStore.h"
#include "shared/time/ClockMargin.h"

namespace aegis {
namespace {

HealthCheckDto check(const char *name, bool good, const char *detail)
{
    return {.name = QString::fromLatin1(name),
            .status = good ? QStringLiteral("ok") : QStringLiteral("failed"),
            .detail = good ? std::nullopt : std::optional(QString::fromLatin1(detail))};
}

} // namespace

HealthResponse HealthService::live()
{
    return {.status = QStringLiteral("ok"), .checks = {}};
}

Task<Result<void>> HealthService::tryDisk(const RequestContext &context) const
{
    const auto failedAt = m_database.diskFailedAt();
    if (!failedAt)
        co_return Result<void>();
    // What is left of a full disk lets one write through and the next one fail: for a while nothing is tried.
    if (context.now >= *failedAt && context.now < *failedAt + diskRetry)
        co_return ProblemCode::DatabaseUnavailable;
    const Result<void> tried = co_await quickRead<void>(m_database, context, [](Tx &tx) { return HealthStore::tryDisk(tx); });
    if (tried)
        m_database.setDiskWell(*failedAt);
    co_return tried;
}

Task<Result<HealthResponse>> HealthService::ready(const RequestContext &context) const
{
    // The feed asks the database four times a second: when it gets no answer, neither would this, and it would wait for it.
    const bool isBehind = m_revocations.age() > m_maxRevocationAge;
    Result<HealthStore::State> state(ProblemCode::DatabaseUnavailable);
    if (!isBehind)
        state = co_await quickRead<HealthStore::State>(m_database, context, [](Tx &tx) { return HealthStore::state(tx); });

    Result<void> disk;
    if (state)
        disk = co_await tryDisk(context);

    HealthResponse response;
    response.checks = {
        check("server", !m_draining, "shutting down"),
        check("database", state.ok(), "cannot be reached"),
        check("databaseDisk", disk.ok(), "full or broken"),
        check("clock", !state || std::chrono::abs(state->clock - context.now) <= clockMargin + quickReadTime,
              "another one than that of the database"),
        check("migrations", !state || state->migrations >= m_migrations, "some are missing"),
        check("eventPartitions", !state || state->hasRoomForEvents, "there is none for tomorrow"),
        check("databaseQueue", m_database.waiting() < m_database.options().queueCapacity, "full"),
        check("passwordQueue", m_hasher.waiting() < m_hasher.capacity(), "full"),
        check("signingKeys", m_keys.isComplete(), "some cannot be opened"),
        check("revocations", !isBehind, "the feed is behind"),
    };
    const bool good = std::all_of(response.checks.begin(), response.checks.end(),
                                  [](const HealthCheckDto &c) { return c.status == QLatin1String("ok"); });
    response.status = good ? QStringLiteral("ok") : QStringLiteral("failed");
    co_return response;
}

} // namespace aegis
