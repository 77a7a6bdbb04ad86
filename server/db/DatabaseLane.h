#pragma once

#include "server/async/EventLoop.h"
#include "server/db/LaneConnection.h"
#include "server/db/Tx.h"

#include <QtCore/QTimer>

#include <array>
#include <deque>

namespace aegis {

/// What all lanes of one database share.
struct DatabaseLaneOptions {
    ConnectionString target;
    DatabaseSessionSettings settings;
    std::shared_ptr<DatabaseLink> link;
    WorkerPool &openers;     ///< threads that may wait; they outlive what is under way
    std::size_t connections; ///< of one lane
    std::size_t reading;     ///< of those: for reads that go together
    std::size_t capacity;    ///< transactions that may wait, in all lanes together
};

/// What all lanes of one database count together. Any thread.
struct DatabaseLaneCounters {
    std::atomic<std::size_t> waiting{0};
    std::atomic<std::uint64_t> rejected{0};
};

/// Transactions of one statement each, on connections that belong to the thread which asks: nothing is handed to another thread
/// and back, which costs more than the statement does. One thread, which runs an event loop of Qt.
///
/// Reads that wait while others are under way go together when a connection is free: each after the setting of its own tenant, all in
/// one exchange, which wakes PostgreSQL and this thread once for all of them. When one fails, each is run again alone.
class DatabaseLane : public std::enable_shared_from_this<DatabaseLane> {
public:
    DatabaseLane(std::shared_ptr<const DatabaseLaneOptions> options, std::shared_ptr<DatabaseLaneCounters> counters);
    ~DatabaseLane();
    DatabaseLane(const DatabaseLane &) = delete;
    DatabaseLane &operator=(const DatabaseLane &) = delete;

    const DatabaseLaneOptions &options() const { return *m_options; }

    /// As Database::readRows() and writeRows(). The context outlives the task.
    Task<Result<Rows>> transact(const RequestContext &context, Tx::Access access, Command command);

    /// Refuses what waits and all that comes, with `shutting_down`.
    void refuse();
    /// refuse(), and closes the connections when what is under way has ended; then calls back, on this thread.
    void close(std::function<void()> closed);
    bool isClosed() const { return m_isClosed; }
    const EventLoop &loop() const { return m_loop; }

private:
    /// What goes with one Sync is a transaction without BEGIN and COMMIT: the tenant, then the statement.
    using Transaction = std::array<Command, 2>;
    /// A transaction that waits for a connection, or for another read to take it along.
    struct Waiter {
        Deadline deadline;
        Transaction *read = nullptr; ///< that may go together with others
        std::coroutine_handle<> awaiting = {};
        std::optional<Result<LaneConnection *>> connection = {}; ///< null: another one took it along
        std::optional<Rows> answer = {};                         ///< then: unless it failed
    };
    class Turn;
    class Place;

    Task<Result<Rows>> run(Place &place, const RequestContext &context, Tx::Access access, const Transaction &transaction);
    bool mayBegin(const Waiter &waiter) const;
    Result<LaneConnection *> takeAtOnce(const Waiter &waiter);
    std::vector<Waiter *> takeReads(std::size_t most);
    void release(LaneConnection &connection, bool wasShared);
    void answer(Waiter &waiter, Result<LaneConnection *> connection);
    void closeIfIdle();

    const std::shared_ptr<const DatabaseLaneOptions> m_options;
    const std::shared_ptr<DatabaseLaneCounters> m_counters;
    const EventLoop m_loop = EventLoop::current();
    std::vector<std::unique_ptr<LaneConnection>> m_connections;
    std::vector<LaneConnection *> m_free; ///< the one that was used last is used next
    std::size_t m_reading = 0;            ///< connections that reads which may go together use
    std::deque<Waiter *> m_waiting;
    QTimer m_watch;             ///< runs while something is under way
    bool m_isReleasing = false; ///< a connection that became free is being handed on
    bool m_isRefusing = false;
    bool m_isClosed = false;
    std::vector<std::function<void()>> m_onClosed;
};

} // namespace aegis
