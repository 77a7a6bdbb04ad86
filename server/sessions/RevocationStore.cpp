#include "server/sessions/RevocationStore.h"

namespace aegis {
namespace {

constexpr Sql sinceSql(R"(
    with horizon as materialized (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin)
    select h.xmin, r.subject_id, r.expires_at from horizon h left join aegis.revocation r on r.xid >= $1 and r.expires_at > $2)");

constexpr Sql isRevokedSql("select exists (select from aegis.revocation where subject_id = any ($1) and expires_at > $2)");

constexpr Sql removeExpiredSql("delete from aegis.revocation where expires_at <= $1");

} // namespace

Result<RevocationStore::Batch> RevocationStore::since(Tx &tx, qint64 horizon)
{
    TRY(const Rows rows, tx.finalQuery(sinceSql, horizon, tx.context().now));
    Batch batch{.entries = {}, .horizon = horizon};
    for (const Row row : rows) {
        batch.horizon = row.get<qint64>(0);
        if (!row.isNull(1))
            batch.entries.push_back({.subject = row.get<QUuid>(1), .expiresAt = row.get<Instant>(2)});
    }
    return batch;
}

Result<bool> RevocationStore::isRevoked(Tx &tx, const SessionId &session, const TokenId &token)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, isRevokedSql, std::vector<QUuid>{session.uuid(), token.uuid()}, tx.context().now));
    return row.get<bool>(0);
}

Result<void> RevocationStore::removeExpired(Tx &tx)
{
    CHECK(tx.query(removeExpiredSql, tx.context().now));
    return {};
}

} // namespace aegis
