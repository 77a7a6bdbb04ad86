#pragma once

#include "server/context/RequestContext.h"
#include "server/db/Rows.h"
#include "server/db/Sql.h"
#include "server/db/SqlState.h"
#include "shared/result/Result.h"

#include <optional>

namespace aegis {

class Connection;
struct Exchange;

/// One transaction, handed to the function that `Database::write` or `read` was given. All statements of it see only the
/// rows of the context's tenant. It begins with its first statement, in the same round trip.
///
/// The function may be run again on another connection when the first was lost before the commit was sent, and after a
/// serialization failure or a deadlock: it must have no effect but through this object and its return value.
/// It belongs to one thread, and ends with the function.
class Tx {
public:
    enum class Access { Read, Write };

    Tx(Connection &connection, const RequestContext &context, Access access);
    Tx(const Tx &) = delete;
    Tx &operator=(const Tx &) = delete;

    /// Carries out one statement, in one round trip. After a problem the transaction is lost: return the problem.
    template <class... Args> Result<Rows> query(Sql sql, const Args &...args) { return run(sql, Parameters::of(args...), Then::GoOn); }
    /// The last statement: it commits in the same round trip, so a transaction of one statement costs one. What the
    /// function returns after it, a problem too, changes nothing any more.
    template <class... Args> Result<Rows> finalQuery(Sql sql, const Args &...args) { return run(sql, Parameters::of(args...), Then::Commit); }
    /// The same with values that were put together at run time; the text of the statement outlives the call.
    Result<Rows> query(Sql sql, Parameters parameters) { return run(sql, std::move(parameters), Then::GoOn); }
    Result<Rows> finalQuery(Sql sql, Parameters parameters) { return run(sql, std::move(parameters), Then::Commit); }
    /// Exactly one row, or the problem `otherwise` when there is none. More than one is a bug (`internal`).
    template <class... Args> Result<Row> queryOne(ProblemCode otherwise, Sql sql, const Args &...args)
    {
        return rowOf(query(sql, args...), otherwise);
    }
    Result<Row> queryOne(ProblemCode otherwise, Sql sql, Parameters parameters) { return rowOf(query(sql, std::move(parameters)), otherwise); }
    template <class... Args> Result<Row> finalQueryOne(ProblemCode otherwise, Sql sql, const Args &...args)
    {
        return rowOf(finalQuery(sql, args...), otherwise);
    }
    Result<Row> finalQueryOne(ProblemCode otherwise, Sql sql, Parameters parameters)
    {
        return rowOf(finalQuery(sql, std::move(parameters)), otherwise);
    }

    /// `return tx.commitAnd(problem);` refuses and yet commits: what must survive a refusal (a failure counter, a revoked
    /// family) is committed by name.
    Problem commitAnd(Problem problem);

    const RequestContext &context() const { return m_context; }

private:
    friend class DatabaseSession;
    enum class Then { GoOn, Commit };
    enum class State { NotBegun, Open, Failed, Committed, Lost, OutcomeUnknown };

    Result<Rows> run(Sql sql, Parameters parameters, Then then);
    Problem fail(const Exchange &exchange, bool mayBeCommitted);
    /// Ends what is open; `ok` tells whether the function succeeded.
    std::optional<Problem> finish(bool ok);
    void rollBack();

    Connection &m_connection;
    const RequestContext &m_context;
    const Access m_access;
    State m_state = State::NotBegun;
    bool m_commitAnyway = false;
    bool m_isInBlock = false;   ///< BEGIN was sent and neither COMMIT nor ROLLBACK
    bool m_repeatHelps = false; ///< on this connection
    bool m_reconnectHelps = false;
    bool m_diskFailed = false;        ///< a statement of it met a full or broken disk
    std::optional<Problem> m_failure; ///< the first problem of a statement
};

} // namespace aegis
