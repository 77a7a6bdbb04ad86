#include "server/db/DatabaseLane.h"

#include "server/async/QueueProblems.h"
#include "server/async/Sleep.h"
#include "server/db/DatabaseLanePlace.h"
#include "server/db/Repetition.h"
#include "server/db/TenantCommand.h"
#include "server/db/TransactionFailure.h"

#include <algorithm>

namespace aegis {
namespace {

/// How late it may be noticed that a statement takes too long.
constexpr std::chrono::milliseconds watchPause{100};

} // namespace

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
    ++m_options->link->counters.transactions;
    Transaction transaction{tenantCommand(context.tenant, access, m_options->settings), std::move(command)};
    for (bool isShared = access == Tx::Access::Read;; isShared = false) {
        Turn turn(*this, context.deadline, isShared ? &transaction : nullptr);
        CO_TRY(LaneConnection *const connection, co_await turn);
        if (connection) {
            std::optional<Result<Rows>> answer;
            {
                Place place(*this, *connection, isShared);
                Task<Result<Rows>> task = run(place, context, access, transaction);
                answer.emplace(co_await task);
            }
            co_return *std::move(answer);
        }
        if (turn.answer())
            co_return *std::move(turn.answer());
        ++m_options->link->counters.repeats;
    }
}

Task<Result<Rows>> DatabaseLane::run(Place &place, const RequestContext &context, Tx::Access access, const Transaction &transaction)
{
    LaneConnection &connection = place.connection();
    DatabaseLink &link = *m_options->link;
    Repetition repetition;
    for (;;) {
        if (!connection.isUsable()) {
            Task<Result<void>> opening = connection.open(m_options->openers, link, m_options->target, m_options->settings, context.deadline);
            CO_CHECK(co_await opening);
        }
        std::vector<Command> commands = place.withCompanions(transaction);
        LaneConnection::Answer answer = connection.exchange(commands);
        const Exchange exchange = co_await answer;
        if (!exchange.error && !exchange.isLost) {
            place.answerCompanions(exchange.answers);
            co_return exchange.answers.at(1);
        }
        if (place.hasCompanions()) { // whose error it is shows when each is run alone
            if (exchange.isLost)
                connection.close();
            place.dismissCompanions(std::move(commands));
            ++link.counters.repeats;
            continue;
        }

        // An error of a statement, a last word of the server too, means that nothing was committed.
        const bool mayBeCommitted = !exchange.error || exchange.answers.size() == transaction.size();
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

bool DatabaseLane::mayBegin(const Waiter &waiter) const
{
    return !m_free.empty() && (!waiter.read || m_reading < m_options->reading);
}

Result<LaneConnection *> DatabaseLane::takeAtOnce(const Waiter &waiter)
{
    if (m_isRefusing)
        return ProblemCode::ShuttingDown;
    if (!mayBegin(waiter)) {
        ++m_counters->rejected;
        return queueIsFull(m_options->capacity);
    }
    LaneConnection *const connection = m_free.back();
    m_free.pop_back();
    if (waiter.read)
        ++m_reading;
    if (!m_watch.isActive())
        m_watch.start();
    return connection;
}

/// So many of the reads that wait, the first ones.
std::vector<DatabaseLane::Waiter *> DatabaseLane::takeReads(std::size_t most)
{
    std::vector<Waiter *> reads;
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(m_waiting, [&](Waiter *waiter) {
        const bool isTaken = reads.size() < most && waiter->read && waiter->deadline > now;
        if (isTaken)
            reads.push_back(waiter);
        return isTaken;
    });
    m_counters->waiting -= reads.size();
    return reads;
}

void DatabaseLane::release(LaneConnection &connection, bool wasShared)
{
    m_free.push_back(&connection);
    if (wasShared)
        --m_reading;
    if (m_isReleasing) // by one that ended as soon as it began
        return;
    m_isReleasing = true;
    for (;;) {
        const auto next = std::find_if(m_waiting.begin(), m_waiting.end(), [this](const Waiter *waiter) { return mayBegin(*waiter); });
        if (next == m_waiting.end())
            break;
        Waiter &waiter = **next;
        m_waiting.erase(next);
        --m_counters->waiting;
        if (waiter.deadline <= std::chrono::steady_clock::now())
            answer(waiter, noneInTime());
        else
            answer(waiter, takeAtOnce(waiter));
    }
    m_isReleasing = false;
    closeIfIdle();
}

void DatabaseLane::answer(Waiter &waiter, Result<LaneConnection *> connection)
{
    waiter.connection.emplace(std::move(connection));
    waiter.awaiting.resume(); // the waiter is gone after that
}

void DatabaseLane::refuse()
{
    m_isRefusing = true;
    while (!m_waiting.empty()) {
        Waiter &waiter = *m_waiting.front();
        m_waiting.pop_front();
        --m_counters->waiting;
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
