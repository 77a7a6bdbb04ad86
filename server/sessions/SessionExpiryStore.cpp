#include "server/sessions/SessionExpiryStore.h"

namespace aegis {
namespace {

constexpr Sql expiredSql("select * from aegis.expired_sessions($1, $2, $3, $4)");
constexpr Sql expireSql("select aegis.expire_sessions($1, $2, $3, $4, $5)");
constexpr Sql deadSql("select * from aegis.dead_sessions($1, $2)");
constexpr Sql removeSql("delete from aegis.session where tenant_id = $1 and id = any ($2) and ended_at is not null");

/// Whose a session is: only with an organization does its tenant say nothing of the person.
Tenant tenantOf(const Row &row)
{
    const auto organization = row.get<std::optional<OrganizationId>>("organization_id");
    return {.organization = organization.value_or(OrganizationId()), .user = organization ? UserId() : row.get<UserId>("user_id")};
}

} // namespace

Result<std::vector<SessionExpiryStore::Expired>> SessionExpiryStore::expired(Tx &tx, const Place &after, int most)
{
    TRY(const Rows rows, tx.finalQuery(expiredSql, tx.context().now, after.tenant, after.session, most));
    std::vector<Expired> found;
    for (const Row row : rows) {
        found.push_back({.tenant = tenantOf(row),
                         .session = row.get<SessionId>("id"),
                         .isAbsolute = row.get<bool>("is_absolute"),
                         .lastUsedAt = row.get<Instant>("last_used_at")});
    }
    return found;
}

Result<int> SessionExpiryStore::expire(Tx &tx, const std::vector<SessionId> &sessions, std::chrono::seconds accessLifetime, const QByteArray &events)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, expireSql, tx.context().tenant.owner(), sessions, tx.context().now,
                         std::chrono::microseconds(accessLifetime), Json(events)));
    return row.get<int>(0);
}

Result<std::vector<SessionExpiryStore::Dead>> SessionExpiryStore::dead(Tx &tx, Instant endedBefore, int most)
{
    TRY(const Rows rows, tx.finalQuery(deadSql, endedBefore, most));
    std::vector<Dead> found;
    for (const Row row : rows)
        found.push_back({.tenant = tenantOf(row), .session = row.get<SessionId>("id")});
    return found;
}

Result<qint64> SessionExpiryStore::remove(Tx &tx, const std::vector<SessionId> &sessions)
{
    TRY(const Rows rows, tx.finalQuery(removeSql, tx.context().tenant.owner(), sessions));
    return rows.affected();
}

} // namespace aegis
