#include "server/db/Tx.h"

#include "server/db/Connection.h"

namespace aegis {
namespace {

constexpr Sql setTenant = "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)";
constexpr Sql setTenantReadOnly = "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true),"
                                  " set_config('transaction_read_only', 'on', true)";
// Behind a pooler the next transaction may run on a connection that somebody else has set otherwise.
constexpr Sql setTenantAndSession =
    "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true), set_config('transaction_read_only', $3, true),"
    " set_config('search_path', $4, true), set_config('statement_timeout', $5, true), set_config('lock_timeout', $6, true),"
    " set_config('idle_in_transaction_session_timeout', $7, true), set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),"
    " set_config('bytea_output', 'hex', true)";

constexpr Sql begin = "begin";
constexpr Sql commit = "commit";
constexpr Sql rollback = "rollback";

template <class Id> Text textOf(const Id &id)
{
    return {id.isNil() ? QByteArray("") : id.text()};
}

Text number(std::chrono::milliseconds time)
{
    return {QByteArray::number(qlonglong(time.count()))};
}

Command tenantCommand(const Tenant &tenant, bool readOnly, const DatabaseSessionSettings &settings)
{
    const Text organization = textOf(tenant.organization), user = textOf(tenant.user);
    if (settings.behindPooler) {
        return {setTenantAndSession,
                Parameters::of(organization, user, Text{readOnly ? "on" : "off"}, Text{settings.searchPath}, number(settings.statementTimeout),
                               number(settings.lockTimeout), number(settings.idleInTransactionTimeout))};
    }
    return {readOnly ? setTenantReadOnly : setTenant, Parameters::of(organization, user)};
}

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
        commands.push_back(tenantCommand(m_context.tenant, m_access == Access::Read, m_connection.settings()));
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
    return fail(exchange.error.value_or(SqlError{}), exchange.isLost, mayBeCommitted);
}

Problem Tx::fail(const SqlError &error, bool isLost, bool mayBeCommitted)
{
    m_diskFailed = m_diskFailed || error.isDiskTrouble();
    if (isLost && mayBeCommitted && m_access == Access::Write) {
        m_state = State::OutcomeUnknown;
        m_failure = Problem(ProblemCode::OutcomeUnknown)
                        .withRetryAfter(std::chrono::seconds(1))
                        .withInternal(QStringLiteral("the connection was lost during the commit. %1").arg(error.internal));
        return *m_failure;
    }
    // A server that has become a standby takes no writes: the connection string may name another that does.
    const bool isDemoted = m_access == Access::Write && error.state == "25006";
    if (isLost || isDemoted) {
        m_state = State::Lost;
        m_reconnectHelps = true;
        m_failure = Problem(ProblemCode::DatabaseUnavailable)
                        .withRetryAfter(std::chrono::seconds(1))
                        .withInternal(QStringLiteral("the connection was lost. %1").arg(error.internal));
        return *m_failure;
    }
    m_state = State::Failed;
    m_repeatHelps = error.isTransient();
    m_reconnectHelps = error.isStalePlan();
    m_failure = m_access == Access::Read && error.state == "25006" ? Problem(ProblemCode::Internal).withInternal(error.internal) : problemFor(error);
    return *m_failure;
}

Result<Row> Tx::oneOf(Result<Rows> rows, ProblemCode otherwise)
{
    if (!rows)
        return std::move(rows).problem();
    if (rows->isEmpty())
        return otherwise;
    if (rows->size() > 1)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("%1 rows where one was expected").arg(rows->size()));
    return rows->first();
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
            fail(exchange.error.value_or(SqlError{}), exchange.isLost, true);
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
