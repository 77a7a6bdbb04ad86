#include "server/db/DatabaseSession.h"

#include "server/db/Connection.h"

#include <QtCore/QRandomGenerator>

#include <algorithm>
#include <thread>

namespace aegis {
namespace {

/// How often a transaction is run again after a serialization failure or a deadlock.
constexpr int mostRepeats = 3;

/// How often one of all sessions tries a database that has been away for longer than the patience.
constexpr std::chrono::milliseconds probePause{250};

/// A full disk makes every write fail: one line says it.
constexpr std::chrono::milliseconds diskReportPause{60'000};

qint64 nowMilliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void pause(std::chrono::milliseconds time)
{
    std::this_thread::sleep_for(time);
}

/// A few milliseconds, different for each of those that got in each other's way.
std::chrono::milliseconds jitter(int repeat)
{
    return std::chrono::milliseconds(1 + QRandomGenerator::global()->bounded(4 << repeat));
}

} // namespace

void DatabaseLink::noteDiskFailure(const Problem &problem, Instant now)
{
    ++counters.diskFailures;
    diskFailedAt = now.time_since_epoch().count();
    const qint64 time = nowMilliseconds();
    qint64 next = nextDiskReport;
    if (onDiskFailure && (next == 0 || time >= next) && nextDiskReport.compare_exchange_strong(next, time + diskReportPause.count()))
        onDiskFailure(problem.internal);
}

DatabaseSession::DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings, std::shared_ptr<DatabaseLink> link) :
    m_target(std::move(connection)), m_settings(std::move(settings)), m_link(std::move(link))
{
}

DatabaseSession::DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings) :
    DatabaseSession(std::move(connection), std::move(settings), std::make_shared<DatabaseLink>(std::chrono::seconds(2)))
{
}

DatabaseSession::DatabaseSession(DatabaseSession &&) noexcept = default;
DatabaseSession::~DatabaseSession() = default;

Result<Connection *> DatabaseSession::connection()
{
    if (m_connection && m_connection->isUsable())
        return m_connection.get();
    m_connection.reset();
    if (!mayTry()) {
        return Problem(ProblemCode::DatabaseUnavailable)
            .withRetryAfter(std::chrono::seconds(2))
            .withInternal(QStringLiteral("the database has been away for %1 ms").arg(nowMilliseconds() - m_link->unreachableSince));
    }

    for (std::chrono::milliseconds wait(5);; wait = std::min(2 * wait, std::chrono::milliseconds(100))) {
        auto opened = Connection::open(m_target, m_settings, &m_link->counters);
        if (opened) {
            m_link->unreachableSince = 0;
            m_connection = *std::move(opened);
            return m_connection.get();
        }
        // All sessions share the patience.
        qint64 since = 0;
        const qint64 now = nowMilliseconds();
        if (m_link->unreachableSince.compare_exchange_strong(since, now))
            since = now;
        if (now + wait.count() > since + m_link->patience.count()) {
            m_link->nextProbe = now + probePause.count();
            return std::move(opened).problem();
        }
        pause(wait);
    }
}

/// A connection to a host that does not answer takes seconds to fail: when the patience is used up, one session at a time
/// tries, so that the requests behind it are refused at once.
bool DatabaseSession::mayTry() const
{
    const qint64 since = m_link->unreachableSince;
    const qint64 now = nowMilliseconds();
    if (since == 0 || now <= since + m_link->patience.count())
        return true;
    qint64 next = m_link->nextProbe;
    return now >= next && m_link->nextProbe.compare_exchange_strong(next, now + probePause.count());
}

std::optional<Problem> DatabaseSession::run(const RequestContext &context, Tx::Access access, const std::function<bool(Tx &)> &body)
{
    ++m_link->counters.transactions;
    bool hasReconnected = false;
    for (int repeat = 0;; ++repeat) {
        auto connected = connection();
        if (!connected)
            return std::move(connected).problem();

        Tx tx(**connected, context, access);
        std::optional<Problem> refusal;
        try {
            refusal = tx.finish(body(tx));
        } catch (...) {
            tx.finish(false);
            if (tx.m_isInBlock)
                m_connection.reset();
            throw;
        }
        if (tx.m_diskFailed)
            m_link->noteDiskFailure(tx.m_failure.value_or(Problem(ProblemCode::DatabaseUnavailable)), context.now);
        if (tx.m_isInBlock || tx.m_reconnectHelps || tx.m_state == Tx::State::OutcomeUnknown)
            m_connection.reset();
        const bool again = tx.m_reconnectHelps ? !std::exchange(hasReconnected, true) : tx.m_repeatHelps && repeat < mostRepeats;
        if (!again)
            return refusal;
        ++m_link->counters.repeats;
        if (tx.m_repeatHelps)
            pause(jitter(repeat));
    }
}

} // namespace aegis
