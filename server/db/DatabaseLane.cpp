#include "server/db/DatabaseLane.h"

#include "server/async/QueueProblems.h"
#include "server/async/Sleep.h"
#include "server/db/Repetition.h"
#include "server/db/TenantCommand.h"
#include "server/db/TransactionFailure.h"

#include <array>

namespace aegis {
namespace {

/// How late it may be noticed that a statement takes too long.
constexpr std::chrono::milliseconds watchPause{100};

} // namespace

/// `Turn turn(lane, deadline); co_await turn`: a connection, when it is one's turn. `overloaded` when too many wait, `handler_timeout` when the
/// deadline has passed by then, `shutting_down`.
class DatabaseLane::Turn {
public:
    Turn(DatabaseLane &lane, Deadline deadline) : m_lane(lane), m_waiter{.awaiting = {}, .deadline = deadline, .connection = {}} {}

    bool await_ready()
    {
        if (m_lane.m_free.empty() && !m_lane.m_isRefusing && m_lane.m_counters->waiting < m_lane.m_options->capacity)
            return false;
        m_waiter.connection.emplace(m_lane.takeAtOnce());
        return true;
    }
    void await_suspend(std::coroutine_handle<> awaiting)
    {
        m_waiter.awaiting = awaiting;
        m_lane.m_waiting.push_back(&m_waiter);
        ++m_lane.m_counters->waiting;
    }
    Result<LaneConnection *> await_resume() { return *std::move(m_waiter.connection); }

private:
    DatabaseLane &m_lane;
    Waiter m_waiter;
};

/// Gives the connection to the next one in the end.
class DatabaseLane::Place {
public:
    Place(DatabaseLane &lane, LaneConnection *connection) : m_lane(lane), m_connection(connection) {}
    ~Place() { m_lane.release(m_connection); }
    Place(const Place &) = delete;
    Place &operator=(const Place &) = delete;

private:
    DatabaseLane &m_lane;
    LaneConnection *const m_connection;
};

DatabaseLane::DatabaseLane(std::shared_ptr<const DatabaseLaneOptions> options, std::shared_ptr<DatabaseLaneCounters> counters) :
    m_options(std::move(options)), m_counters(std::move(counters))
{
    for (std::size_t i = 0; i < m_options->connections; ++i) {
        m_connections.push_back(std::make_unique<LaneConnection>());
        m_free.push_back(m_connections.back().get());
    }
    m_watch.setInterval(watchPause);
    QObject::connect(&m_watch, &QTimer::timeout, &m_watch, [this] {
        const auto now = std::chrono::steady_clock::now();
        for (const auto &connection : m_connections)
            connection->lookAtTheTime(now);
        if (m_free.size() == m_connections.size())
            m_watch.stop();
    });
}

DatabaseLane::~DatabaseLane() = default;

Task<Result<Rows>> DatabaseLane::transact(const RequestContext &context, Tx::Access access, Command command)
{
    if (!command.parameters.areValid())
        co_return Problem(ProblemCode::ValidationFailed).withInternal(QStringLiteral("a text parameter holds a NUL"));
    const auto self = shared_from_this(); // a thread that ends lets go of its lanes
    std::optional<Result<Rows>> answer;
    {
        Turn turn(*this, context.deadline);
        CO_TRY(LaneConnection *const connection, co_await turn);
        // The next one begins before this one's answer is made, so that the database has something to do meanwhile.
        const Place place(*this, connection);
        Task<Result<Rows>> task = run(*connection, context, access, std::move(command));
        answer.emplace(co_await task);
    }
    co_return *std::move(answer);
}

Task<Result<Rows>> DatabaseLane::run(LaneConnection &connection, const RequestContext &context, Tx::Access access, Command command)
{
    DatabaseLink &link = *m_options->link;
    ++link.counters.transactions;
    // What goes with one Sync is a transaction without BEGIN and COMMIT.
    const std::array<Command, 2> commands{tenantCommand(context.tenant, access, m_options->settings), std::move(command)};
    Repetition repetition;
    for (;;) {
        if (!connection.isUsable()) {
            Task<Result<void>> opening = connection.open(m_options->openers, link, m_options->target, m_options->settings, context.deadline);
            CO_CHECK(co_await opening);
        }
        LaneConnection::Answer answer = connection.exchange(commands);
        const Exchange exchange = co_await answer;
        if (!exchange.error && !exchange.isLost)
            co_return exchange.answers.back();

        // An error of a statement, a last word of the server too, means that nothing was committed.
        const bool mayBeCommitted = !exchange.error || exchange.answers.size() == commands.size();
        const TransactionFailure failure = TransactionFailure::of(exchange, access, mayBeCommitted);
        if (failure.diskFailed)
            link.noteDiskFailure(failure.problem, context.now);
        if (failure.kind != TransactionFailure::Kind::Failed || failure.reconnectHelps)
            connection.close();
        const auto pause = repetition.next(failure.repeatHelps, failure.reconnectHelps);
        if (!pause)
            co_return failure.problem;
        ++link.counters.repeats;
        co_await Sleep(*pause);
    }
}

Result<LaneConnection *> DatabaseLane::takeAtOnce()
{
    if (m_isRefusing)
        return ProblemCode::ShuttingDown;
    if (m_free.empty()) {
        ++m_counters->rejected;
        return queueIsFull(m_options->capacity);
    }
    LaneConnection *const connection = m_free.back();
    m_free.pop_back();
    if (!m_watch.isActive())
        m_watch.start();
    return connection;
}

void DatabaseLane::release(LaneConnection *connection)
{
    m_free.push_back(connection);
    if (m_isReleasing) // by one that ended as soon as it began
        return;
    m_isReleasing = true;
    while (!m_waiting.empty() && !m_free.empty()) {
        Waiter &waiter = *m_waiting.front();
        m_waiting.pop_front();
        if (waiter.deadline <= std::chrono::steady_clock::now())
            answer(waiter, noneInTime());
        else
            answer(waiter, takeAtOnce());
    }
    m_isReleasing = false;
    closeIfIdle();
}

void DatabaseLane::answer(Waiter &waiter, Result<LaneConnection *> connection)
{
    --m_counters->waiting;
    waiter.connection.emplace(std::move(connection));
    waiter.awaiting.resume(); // the waiter is gone after that
}

void DatabaseLane::refuse()
{
    m_isRefusing = true;
    while (!m_waiting.empty()) {
        Waiter &waiter = *m_waiting.front();
        m_waiting.pop_front();
        answer(waiter, ProblemCode::ShuttingDown);
    }
}

void DatabaseLane::close(std::function<void()> closed)
{
    m_onClosed.push_back(std::move(closed));
    refuse();
    closeIfIdle();
}

void DatabaseLane::closeIfIdle()
{
    if (m_onClosed.empty() || m_free.size() < m_connections.size())
        return;
    m_watch.stop();
    for (const auto &connection : m_connections)
        connection->close();
    m_isClosed = true;
    for (const auto &closed : std::exchange(m_onClosed, {}))
        closed();
}

} // namespace aegis
