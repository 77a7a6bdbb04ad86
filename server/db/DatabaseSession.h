#pragma once

#include "server/db/DatabaseLink.h"
#include "server/db/Tx.h"

#include <functional>
#include <memory>

namespace aegis {

/// One connection to the database, opened when it is needed and again when it was lost, with blocking transactions: what
/// a thread of the pool has, and for jobs and start-up code. To be used by one thread only.
class DatabaseSession {
public:
    DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings, std::shared_ptr<DatabaseLink> link);
    /// For one that stands alone.
    explicit DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings = {});
    /// The same, with a connection to begin with that was opened for this target with these settings.
    DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings, std::unique_ptr<Connection> opened);
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
    /// Runs the body in a transaction, again if that can help. The problem replaces what the body returned.
    std::optional<Problem> run(const RequestContext &context, Tx::Access access, const std::function<bool(Tx &)> &body);

    ConnectionString m_target;
    DatabaseSessionSettings m_settings;
    std::shared_ptr<DatabaseLink> m_link;
    std::unique_ptr<Connection> m_connection;
};

} // namespace aegis
