#pragma once

#include "server/async/Deadline.h"
#include "server/async/Task.h"
#include "server/async/WorkerPool.h"
#include "server/db/DatabaseLink.h"

#include <QtCore/QSocketNotifier>

#include <coroutine>
#include <memory>
#include <span>

namespace aegis {

/// A connection that is watched by the event loop of its thread, so that an exchange waits without holding that. It is opened
/// when it is needed, by a thread that may wait, and again when it was lost. One exchange at a time.
class LaneConnection {
public:
    LaneConnection() = default;
    LaneConnection(const LaneConnection &) = delete;
    LaneConnection &operator=(const LaneConnection &) = delete;
    ~LaneConnection() = default; // with its thread at the latest, where nothing that is deleted later would be any more

    bool isUsable() const { return m_connection && m_connection->isUsable(); }
    /// As DatabaseLink::open(), on a thread of the pool.
    Task<Result<void>> open(WorkerPool &openers, DatabaseLink &link, const ConnectionString &target, const DatabaseSessionSettings &settings,
                            Deadline deadline);
    void close();

    /// `co_await connection.exchange(commands)`: as Connection::exchange(). The commands outlive it.
    class Answer {
    public:
        Answer(LaneConnection &lane, std::span<const Command> commands) : m_lane(lane), m_commands(commands) {}
        bool await_ready() { return m_lane.begin(m_commands); }
        void await_suspend(std::coroutine_handle<> awaiting) { m_lane.m_awaiting = awaiting; }
        Exchange await_resume() { return m_lane.m_connection->take(); }

    private:
        LaneConnection &m_lane;
        const std::span<const Command> m_commands;
    };
    Answer exchange(std::span<const Command> commands) { return {*this, commands}; }

    /// Gives up what has taken too long.
    void lookAtTheTime(std::chrono::steady_clock::time_point now);

private:
    bool begin(std::span<const Command> commands);
    bool proceed();
    void onReady();
    std::unique_ptr<QSocketNotifier> watch(QSocketNotifier::Type type);

    std::unique_ptr<Connection> m_connection;
    std::unique_ptr<QSocketNotifier> m_readable; ///< as long as there is a connection: an idle one may be told that the server goes
    std::unique_ptr<QSocketNotifier> m_writable; ///< once a server was slow to read
    std::coroutine_handle<> m_awaiting;          ///< null: no exchange is waited for
};

} // namespace aegis
