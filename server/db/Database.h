#pragma once

#include "server/async/WorkerPool.h"
#include "server/db/ConnectionString.h"
#include "server/db/DatabaseSession.h"
#include "server/db/DatabaseSessionSettings.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace aegis {

/// The database as the requests see it: a bounded pool of threads with a connection each. A full queue is refused at
/// once (`overloaded`); a database that cannot be reached gives `database_unavailable`, after a wait of `patience` at
/// most, so that a restart of PostgreSQL delays requests rather than failing them. A transaction whose request's deadline
/// passes before a connection is free is not begun. Its methods may be called from any thread that runs an event loop.
class Database {
public:
    struct Options {
        ConnectionString connection;
        DatabaseSessionSettings session;
        int threads = 8;                           ///< connections
        std::size_t queueCapacity = 1024;          ///< transactions that may wait for a connection
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

    /// The same on the calling thread, on a connection made for it: for start-up code. It blocks.
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
    void refuse() { m_pool->refuse(); }
    void stop() { m_pool->stop(); }

    /// Transactions that wait for a connection.
    std::size_t waiting() const { return m_pool->waiting(); }
    /// Transactions that were refused because too many waited.
    std::uint64_t rejected() const { return m_pool->rejected(); }
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
    std::unique_ptr<WorkerPool> m_pool;                       ///< ends before the sessions
};

} // namespace aegis
