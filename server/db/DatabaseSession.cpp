#include "server/db/DatabaseSession.h"

#include "server/db/Repetition.h"

#include <thread>

namespace aegis {

DatabaseSession::DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings, std::shared_ptr<DatabaseLink> link) :
    m_target(std::move(connection)), m_settings(std::move(settings)), m_link(std::move(link))
{
}

DatabaseSession::DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings) :
    DatabaseSession(std::move(connection), std::move(settings), std::make_shared<DatabaseLink>(std::chrono::seconds(2)))
{
}

DatabaseSession::DatabaseSession(ConnectionString connection, DatabaseSessionSettings settings, std::unique_ptr<Connection> opened) :
    DatabaseSession(std::move(connection), std::move(settings))
{
    m_connection = std::move(opened);
}

DatabaseSession::DatabaseSession(DatabaseSession &&) noexcept = default;
DatabaseSession::~DatabaseSession() = default;

Result<Connection *> DatabaseSession::connection()
{
    if (m_connection && m_connection->isUsable())
        return m_connection.get();
    m_connection.reset();
    TRY(m_connection, m_link->open(m_target, m_settings));
    return m_connection.get();
}

std::optional<Problem> DatabaseSession::run(const RequestContext &context, Tx::Access access, const std::function<bool(Tx &)> &body)
{
    ++m_link->counters.transactions;
    Repetition repetition;
    for (;;) {
        auto connected = connection();
        if (!connected)
            return std::move(connected).problem();

        Tx tx(**connected, context, access);
        std::optional<Problem> refusal;
        try {
            refusal = tx.finish(body(tx));
        } catch (...) {
            tx.finish(false);
            if (tx.m_isInBlock)
                m_connection.reset();
            throw;
        }
        if (tx.m_diskFailed)
            m_link->noteDiskFailure(tx.m_failure.value_or(Problem(ProblemCode::DatabaseUnavailable)), context.now);
        if (tx.m_isInBlock || tx.m_reconnectHelps || tx.m_state == Tx::State::OutcomeUnknown)
            m_connection.reset();
        const auto pause = repetition.next(tx.m_repeatHelps, tx.m_reconnectHelps);
        if (!pause)
            return refusal;
        ++m_link->counters.repeats;
        std::this_thread::sleep_for(*pause);
    }
}

} // namespace aegis
