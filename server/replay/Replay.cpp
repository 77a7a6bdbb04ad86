#include "server/replay/Replay.h"

namespace aegis {
namespace {

/// Each of its transactions sees one moment, and sorts in memory what fits there. The space is escaped for PostgreSQL, and its backslash for libpq.
ConnectionString forReplay(const ConnectionString &migrator)
{
    const QByteArray own = migrator.value("options");
    return migrator.with("options",
                         (own.isEmpty() ? QByteArray() : own + ' ') + "-c default_transaction_isolation=repeatable\\\\ read -c work_mem=128MB");
}

DatabaseSessionSettings unhurried()
{
    DatabaseSessionSettings settings;
    settings.applicationName = "aegisd-replay";
    settings.statementTimeout = settings.idleInTransactionTimeout = std::chrono::milliseconds(0);
    return settings;
}

/// While a session ends, its row may be removed a little later than its retention says, and a little earlier by another server's clock.
constexpr std::chrono::minutes clocksApart{5};

} // namespace

Replay::Replay(const ConnectionString &migrator) : m_session(forReplay(migrator), unhurried()) {}

Result<ReplaySchemaStore::Replayed> Replay::rebuild(Instant until, const QString &schema, Instant now)
{
    if (const QString fault = ReplaySchemaStore::faultIn(schema); !fault.isEmpty())
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("'%1' %2").arg(schema, fault));
    return m_session.write<ReplaySchemaStore::Replayed>(RequestContext::forSystem(now),
                                                        [&](Tx &tx) { return ReplaySchemaStore::rebuild(tx, until, schema); });
}

Result<ReplayCheckStore::Report> Replay::check(std::chrono::seconds sessionRetention, Instant now)
{
    const Instant keptSince = now - sessionRetention + clocksApart;
    return m_session.read<ReplayCheckStore::Report>(RequestContext::forSystem(now), [&](Tx &tx) { return ReplayCheckStore::compare(tx, keptSince); });
}

} // namespace aegis
