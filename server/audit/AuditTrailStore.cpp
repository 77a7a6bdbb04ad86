#include "server/audit/AuditTrailStore.h"

#include "shared/json/CanonicalJson.h"

namespace aegis {
namespace {

constexpr Sql pageSql("select * from aegis.audit_events($1, $2, $3, $4, $5)");
constexpr Sql byIdsSql("select * from aegis.audit_events_of($1)");
constexpr Sql oldestDaySql(R"(
    select coalesce(min(to_date(right(c.relname, 8), 'YYYYMMDD')), 'epoch'::date)::timestamp at time zone 'UTC'
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'aegis.event'::regclass and c.relname ~ '^event_[0-9]{8}$')");
constexpr Sql ownSql("select xid, digest from aegis.event where id = $1");

void textOrNull(CanonicalJson &envelope, const char *name, const Row &row, const char *column)
{
    if (const auto value = row.get<std::optional<QString>>(column))
        envelope.text(name, *value);
    else
        envelope.null(name);
}

/// The envelope of EventBatch, made from the columns alone.
QByteArray canonicalOf(const Row &row)
{
    const Instant occurredAt = row.get<Instant>("occurred_at");
    if (occurredAt.time_since_epoch().count() % 1000 != 0)
        return {}; // the envelope has milliseconds, and so had the column when it was written
    CanonicalJson envelope(768);
    textOrNull(envelope, "actor", row, "actor_id");
    textOrNull(envelope, "causationId", row, "causation_id");
    textOrNull(envelope, "correlationId", row, "correlation_id");
    textOrNull(envelope, "id", row, "id");
    textOrNull(envelope, "ip", row, "ip");
    envelope.plain("occurredAt", toRfc3339(occurredAt));
    textOrNull(envelope, "organizationId", row, "organization_id");
    envelope.object("payload", row.get<QJsonObject>("payload"));
    textOrNull(envelope, "sessionId", row, "session_id");
    textOrNull(envelope, "subject", row, "subject_id");
    textOrNull(envelope, "tenantId", row, "tenant_id");
    textOrNull(envelope, "type", row, "type");
    textOrNull(envelope, "userAgent", row, "user_agent");
    envelope.number("version", row.get<int>("version"));
    return envelope.take();
}

std::vector<StoredEvent> eventsIn(const Rows &rows)
{
    std::vector<StoredEvent> events;
    events.reserve(static_cast<std::size_t>(rows.size()));
    for (const Row row : rows) {
        const int canon = row.get<int>("canon");
        events.push_back({.xid = row.get<qint64>("xid"),
                          .id = row.get<QUuid>("id"),
                          .canon = canon,
                          .canonical = canon == 1 ? canonicalOf(row) : QByteArray(),
                          .digest = row.get<QByteArray>("digest")});
    }
    return events;
}

} // namespace

Result<std::vector<StoredEvent>> AuditTrailStore::page(Tx &tx, qint64 xidFrom, qint64 xidTo, const Place &after, int limit)
{
    TRY(const Rows rows, tx.finalQuery(pageSql, xidFrom, xidTo, after.xid, after.id, limit));
    return eventsIn(rows);
}

Result<std::vector<StoredEvent>> AuditTrailStore::byIds(Tx &tx, const std::vector<QUuid> &ids)
{
    TRY(const Rows rows, tx.query(byIdsSql, ids));
    return eventsIn(rows);
}

Result<Instant> AuditTrailStore::oldestDay(Tx &tx)
{
    TRY(const Rows rows, tx.query(oldestDaySql));
    return rows.first().get<Instant>(0);
}

Result<std::optional<AuditTrailStore::Own>> AuditTrailStore::ownEvent(Tx &tx, const QUuid &id)
{
    TRY(const Rows rows, tx.query(ownSql, id));
    if (rows.isEmpty())
        return std::optional<Own>();
    return std::optional(Own{.xid = rows.first().get<qint64>(0), .digest = rows.first().get<QByteArray>(1)});
}

} // namespace aegis
