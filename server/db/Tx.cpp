#include "server/db/Tx.h"

#include "server/db/Connection.h"
#include "server/db/TenantCommand.h"
#include "server/db/TransactionFailure.h"

namespace aegis {
namespace {

constexpr Sql begin = "begin";
constexpr Sql commit = "commit";
constexpr Sql rollback = "rollback";

} // namespace

Tx::Tx(Connection &connection, const RequestContext &context, Access access) : m_connection(connection), m_context(context), m_access(access) {}

Result<Rows> Tx::run(Sql sql, Parameters parameters, Then then)
{
    if (m_failure)
        return *m_failure;
    if (m_state == State::Committed)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a statement after the final one"));
    if (!parameters.areValid())
        return Problem(ProblemCode::ValidationFailed).withInternal(QStringLiteral("a text parameter holds a NUL"));

    std::vector<Command> commands;
    commands.reserve(4);
    if (m_state == State::NotBegun) {
        m_isInBlock = then != Then::Commit; // what goes with one Sync is a transaction without BEGIN and COMMIT
        if (m_isInBlock)
            commands.push_back({begin, {}});
        commands.push_back(tenantCommand(m_context.tenant, m_access, m_connection.settings()));
    }
    const std::size_t place = commands.size();
    commands.push_back({sql, std::move(parameters)});
    if (then == Then::Commit && m_isInBlock)
        commands.push_back({commit, {}});

    const Exchange exchange = m_connection.exchange(commands);
    if (!exchange.error && !exchange.isLost) {
        m_state = then == Then::Commit ? State::Committed : State::Open;
        return exchange.answers[place];
    }
    // An error of the statement itself, a last word of the server too, means that nothing was committed.
    const bool mayBeCommitted = then == Then::Commit && (!exchange.error || exchange.answers.size() > place);
    return fail(exchange, mayBeCommitted);
}

Problem Tx::fail(const Exchange &exchange, bool mayBeCommitted)
{
    const TransactionFailure failure = TransactionFailure::of(exchange, m_access, mayBeCommitted);
    switch (failure.kind) {
    case TransactionFailure::Kind::Failed:
        m_state = State::Failed;
        break;
    case TransactionFailure::Kind::Lost:
        m_state = State::Lost;
        break;
    case TransactionFailure::Kind::OutcomeUnknown:
        m_state = State::OutcomeUnknown;
        break;
    }
    m_diskFailed = m_diskFailed || failure.diskFailed;
    m_repeatHelps = failure.repeatHelps;
    m_reconnectHelps = failure.reconnectHelps;
    m_failure = failure.problem;
    return failure.problem;
}

Problem Tx::commitAnd(Problem problem)
{
    m_commitAnyway = true;
    return problem;
}

std::optional<Problem> Tx::finish(bool ok)
{
    const bool wanted = ok || m_commitAnyway;
    if (m_state == State::Open && wanted) {
        const Command command{commit, {}};
        const Exchange exchange = m_connection.exchange({&command, 1});
        m_isInBlock = exchange.error.has_value();
        if (exchange.error || exchange.isLost)
            fail(exchange, true);
        else
            m_state = State::Committed;
    }
    if (m_isInBlock && (m_state == State::Open || m_state == State::Failed))
        rollBack();
    // What the function made of a failure counts, but it cannot make a success of it, nor hide that the outcome is unknown.
    if (m_failure && (wanted || m_state != State::Failed))
        return m_failure;
    return std::nullopt;
}

void Tx::rollBack()
{
    const Command command{rollback, {}};
    const Exchange exchange = m_connection.exchange({&command, 1});
    m_isInBlock = exchange.error || exchange.isLost; // then the connection cannot be used again
}

} // namespace aegis
