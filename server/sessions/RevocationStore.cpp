#include "server/sessions/RevocationStore.h"

namespace aegis {
namespace {

constexpr Sql sinceSql(R"(
    with horizon as materialized (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin)
    select h.xmin, r.kind, r.subject_id, r.not_before, r.expires_at
    from horizon h left join aegis.revocation r on r.xid >= $1 and r.expires_at > $2)");

constexpr Sql isRevokedSql(R"(
    select exists (select from aegis.revocation
                   where subject_id in ($1, $2, $3, $4) and expires_at > $5
                     and (kind in ('session', 'token') and subject_id in ($1, $2)
                          or kind in ('user', 'organization') and subject_id in ($3, $4) and not_before > $6)))");

constexpr Sql removeExpiredSql("delete from aegis.revocation where id in (select id from aegis.revocation where expires_at <= least($1, now()) limit $2)");

RevocationKind kindNamed(const QString &name)
{
    if (name == QLatin1String("token"))
        return RevocationKind::Token;
    if (name == QLatin1String("user"))
        return RevocationKind::User;
    if (name == QLatin1String("organization"))
        return RevocationKind::Organization;
    return RevocationKind::Session;
}

} // namespace

Result<RevocationStore::Batch> RevocationStore::since(Tx &tx, qint64 horizon)
{
    TRY(const Rows rows, tx.finalQuery(sinceSql, horizon, tx.context().now));
    Batch batch{.revocations = {}, .horizon = horizon};
    for (const Row row : rows) {
        batch.horizon = row.get<qint64>(0);
        if (!row.isNull(1)) {
            batch.revocations.push_back({.kind = kindNamed(row.get<QString>(1)),
                                         .subject = row.get<QUuid>(2),
                                         .notBefore = row.get<Instant>(3),
                                         .expiresAt = row.get<Instant>(4)});
        }
    }
    return batch;
}

Result<bool> RevocationStore::isRevoked(Tx &tx, const AccessGrant &grant)
{
    const Instant openedAt = uuid7Time(grant.session.uuid()).value_or(Instant());
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, isRevokedSql, grant.session, grant.token, grant.user, grant.organization, tx.context().now,
                         openedAt));
    return row.get<bool>(0);
}

Result<qint64> RevocationStore::removeExpired(Tx &tx, int most)
{
    TRY(const Rows rows, tx.finalQuery(removeExpiredSql, tx.context().now, most));
    return rows.affected();
}

} // namespace aegis
