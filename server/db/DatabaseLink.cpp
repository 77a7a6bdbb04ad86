#include "server/db/DatabaseLink.h"

#include <algorithm>
#include <thread>

namespace aegis {
namespace {

/// How often one of all tries a database that has been away for longer than the patience.
constexpr std::chrono::milliseconds probePause{250};

/// Longer than a try takes (connect_timeout, and the first statements): until then nobody else tries.
constexpr std::chrono::milliseconds longestProbe{5'000};

/// What has been known for that long, and not been looked at, is forgotten.
constexpr std::chrono::milliseconds staleAfter{5'000};

/// A full disk makes every write fail: one line says it.
constexpr std::chrono::milliseconds diskReportPause{60'000};

qint64 nowMilliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

Result<std::unique_ptr<Connection>> DatabaseLink::open(const ConnectionString &target, const DatabaseSessionSettings &settings)
{
    if (!mayTry()) {
        return Problem(ProblemCode::DatabaseUnavailable)
            .withRetryAfter(std::chrono::seconds(2))
            .withInternal(QStringLiteral("the database has been away for %1 ms").arg(nowMilliseconds() - unreachableSince));
    }
    for (std::chrono::milliseconds wait(5);; wait = std::min(2 * wait, std::chrono::milliseconds(100))) {
        const qint64 begun = nowMilliseconds();
        auto opened = Connection::open(target, settings, &counters);
        if (opened) {
            unreachableSince = 0;
            return opened;
        }
        qint64 since = 0;
        if (unreachableSince.compare_exchange_strong(since, begun))
            since = begun;
        const qint64 now = nowMilliseconds();
        if (now + wait.count() > since + patience.count()) {
            nextProbe = now + probePause.count();
            return opened;
        }
        std::this_thread::sleep_for(wait);
    }
}

bool DatabaseLink::mayTry()
{
    qint64 since = unreachableSince;
    const qint64 now = nowMilliseconds();
    if (since == 0 || now <= since + patience.count())
        return true;
    qint64 next = nextProbe;
    if (now < next || !nextProbe.compare_exchange_strong(next, now + longestProbe.count()))
        return false;
    // When nobody has needed a connection for long, what was then says nothing: it is waited for anew.
    if (next != 0 && now > next + staleAfter.count())
        unreachableSince.compare_exchange_strong(since, 0);
    return true;
}

void DatabaseLink::noteDiskFailure(const Problem &problem, Instant now)
{
    ++counters.diskFailures;
    diskFailedAt = now.time_since_epoch().count();
    const qint64 time = nowMilliseconds();
    qint64 next = nextDiskReport;
    if (onDiskFailure && (next == 0 || time >= next) && nextDiskReport.compare_exchange_strong(next, time + diskReportPause.count()))
        onDiskFailure(problem.internal);
}

} // namespace aegis
