#pragma once

#include "server/db/ConnectionString.h"
#include "server/db/DatabaseSessionSettings.h"
#include "server/db/Tx.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace aegis {

class Connection;

/// What the connections to one database count together. Any thread may read.
struct DatabaseCounters {
    std::atomic<quint64> roundTrips{0};   ///< times that a thread waited for the server's answer
    std::atomic<quint64> connects{0};     ///< connections opened
    std::atomic<quint64> transactions{0}; ///< begun, without repeats
    std::atomic<quint64> repeats{0};      ///< transactions run again
    std::atomic<quint64> diskFailures{0}; ///< transactions that met a full or broken disk
};

/// What the sessions of one database share: counters, and since when it cannot be reached.
struct DatabaseLink {
    explicit DatabaseLink(std::chrono::milliseconds wait) : patience(wait) {}

    /// A transaction met a full or broken disk.
    void noteDiskFailure(const Problem &problem, Instant now);

    const std::chrono::milliseconds patience;
    DatabaseCounters counters;
    std::atomic<qint64> unreachableSince{0}; ///< of the steady clock, in ms; 0: it is reachable
    std::atomic<qint64> nextProbe{0};        ///< before that no session tries a database that has been away for long
    std::atomic<qint64> diskFailedAt{0};     ///< when its disk was last full or broken, by the contexts' time in us; 0: it has been well since
    std::atomic<qint64> nextDiskReport{0};   ///< of the steady clock, in ms
    std::function<void(const QString &)> onDiskFailure; ///< told what PostgreSQL said, once a minute at most; any thread
};

/// One connection to the database, opened when it is needed and again when it was lost, with blocking transactions: what
/// a thread of the pool has, and for jobs and start-up code. To be used by one thread only.
class DatabaseSession {
public:
    DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings, std::shared_ptr<DatabaseLink> link);
    /// For one that stands alone.
    explicit DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings = {});
    DatabaseSession(DatabaseSession &&) noexcept;
    ~DatabaseSession();

    /// As Database::write and Database::read, on this thread.
    template <class T, class Function> Result<T> write(const RequestContext &context, Function function)
    {
        return transact<T>(context, Tx::Access::Write, function);
    }
    template <class T, class Function> Result<T> read(const RequestContext &context, Function function)
    {
        return transact<T>(context, Tx::Access::Read, function);
    }
    template <class T, class Function> Result<T> transact(const RequestContext &context, Tx::Access access, Function &function)
    {
        std::optional<Result<T>> answer;
        auto refusal = run(context, access, [&](Tx &tx) {
            answer.emplace(function(tx));
            return answer->ok();
        });
        if (refusal)
            return *std::move(refusal);
        return *std::move(answer);
    }

    /// The connection, opened if need be; for what is no transaction of a tenant (migrations, LISTEN).
    Result<Connection *> connection();

private:
    bool mayTry() const;
    /// Runs the body in a transaction, again if that can help. The problem replaces what the body returned.
    std::optional<Problem> run(const RequestContext &context, Tx::Access access, const std::function<bool(Tx &)> &body);

    ConnectionString m_target;
    DatabaseSessionSettings m_settings;
    std::shared_ptr<DatabaseLink> m_link;
    std::unique_ptr<Connection> m_connection;
};

} // namespace aegis
