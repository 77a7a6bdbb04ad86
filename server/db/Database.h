#pragma once

#include "server/async/WorkerPool.h"
#include "server/db/ConnectionString.h"
#include "server/db/DatabaseLanes.h"
#include "server/db/DatabaseSession.h"
#include "server/db/DatabaseSessionSettings.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace aegis {

/// The database as the requests see it, in two ways.
///
/// What is one statement (and a function of the database is one) runs on connections that the asking thread watches itself:
/// readRows(), writeRows(). What is several, with decisions between them, runs on a bounded pool of threads with a connection
/// each: read(), write().
///
/// A full queue is refused at once (`overloaded`); a database that cannot be reached gives `database_unavailable`, after a wait
/// of `patience` at most, so that a restart of PostgreSQL delays requests rather than failing them. A transaction whose request's
/// deadline passes before a connection is free is not begun. Its methods may be called from any thread that runs an event loop.
class Database {
public:
    struct Options {
        ConnectionString connection;
        DatabaseSessionSettings session;
        int threads = 8;                           ///< of the pool, each with a connection once it is needed
        int askingThreads = 1;                     ///< that use readRows() and writeRows(): so many connections are shared out among them as well
        std::size_t queueCapacity = 1024;          ///< transactions that may wait for a connection, in either way
        std::chrono::milliseconds patience{2'000}; ///< how long a request waits for a database that has gone away
        /// Told what PostgreSQL said of its full or broken disk, once a minute at most. Any thread.
        std::function<void(const QString &)> onDiskFailure = {};
    };

    explicit Database(Options options);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /// `co_await database.write<User>(ctx, [&](Tx &tx) -> Result<User> {...})`: runs the function in a transaction of the
    /// context's tenant, on a thread of the pool. It commits when the function returns a value or `tx.commitAnd(problem)`,
    /// else it rolls back. A connection that is lost while the commit is under way gives `outcome_unknown`.
    template <class T, class Function> auto write(const RequestContext &context, Function function)
    {
        return run<T>(context, Tx::Access::Write, std::move(function));
    }
    /// The same for a transaction that only reads; the server holds it to that.
    template <class T, class Function> auto read(const RequestContext &context, Function function)
    {
        return run<T>(context, Tx::Access::Read, std::move(function));
    }

    /// `co_await database.readRows(ctx, sql, values...)`: a transaction of one statement, of the context's tenant, in one round trip.
    /// The problems are those of read() and write(); it is run again when that can help.
    template <class... Args> Task<Result<Rows>> readRows(const RequestContext &context, Sql sql, const Args &...args)
    {
        return m_lanes->here().transact(context, Tx::Access::Read, {sql, Parameters::of(args...)});
    }
    template <class... Args> Task<Result<Rows>> writeRows(const RequestContext &context, Sql sql, const Args &...args)
    {
        return m_lanes->here().transact(context, Tx::Access::Write, {sql, Parameters::of(args...)});
    }
    /// The same with values that were put together at run time; a composed text outlives the task.
    Task<Result<Rows>> readRows(const RequestContext &context, Sql sql, Parameters parameters)
    {
        return m_lanes->here().transact(context, Tx::Access::Read, {sql, std::move(parameters)});
    }

    /// The same as read() and write() on the calling thread, on a connection made for it: for start-up code. It blocks.
    template <class T, class Function> Result<T> writeNow(const RequestContext &context, Function function)
    {
        return session().write<T>(context, std::move(function));
    }
    template <class T, class Function> Result<T> readNow(const RequestContext &context, Function function)
    {
        return session().read<T>(context, std::move(function));
    }

    /// A connection of one's own, for a job's thread.
    DatabaseSession session() const { return DatabaseSession(m_options.connection, m_options.session, m_link); }

    const Options &options() const { return m_options; }
    /// As those of WorkerPool.
    void refuse();
    void stop();

    /// Transactions that wait for a connection.
    std::size_t waiting() const { return m_pool->waiting() + m_lanes->waiting(); }
    /// Transactions that were refused because too many waited.
    std::uint64_t rejected() const { return m_pool->rejected() + m_lanes->rejected(); }
    const DatabaseCounters &counters() const { return m_link->counters; }

    /// When a transaction last met a full or broken disk (by its context's time), as long as nobody has said that it is well.
    std::optional<Instant> diskFailedAt() const;
    /// It was written to after that moment.
    void setDiskWell(Instant failedAt) const;

private:
    template <class T, class Function> auto run(const RequestContext &context, Tx::Access access, Function function)
    {
        auto transaction = [this, &context, access, function = std::move(function)](int worker) mutable {
            return m_sessions[static_cast<std::size_t>(worker)]->transact<T>(context, access, function);
        };
        return m_pool->run<T>(std::move(transaction), context.deadline);
    }

    const Options m_options;
    const std::shared_ptr<DatabaseLink> m_link;
    std::vector<std::unique_ptr<DatabaseSession>> m_sessions; ///< one a worker; each is used by its worker only
    std::unique_ptr<WorkerPool> m_pool;                       ///< ends before the sessions; opens the connections of the lanes too
    std::unique_ptr<DatabaseLanes> m_lanes;
};

} // namespace aegis
