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
                          or kind in ('user', 'organization') and subject_id in ($3, $4) and not_before > $6)),
           (select min(kind) from aegis.revocation where expires_at > $5 and kind not in ('session', 'token', 'user', 'organization')))");

constexpr Sql removeExpiredSql(
    "delete from aegis.revocation where id in (select id from aegis.revocation where expires_at <= least($1, now()) limit $2)");

/// A newer server on the same database may revoke what this one does not know, so it cannot tell who has access.
Problem unknownKind(const QString &name)
{
    return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a revocation is of the unknown kind '%1'").arg(name));
}

Result<RevocationKind> kindNamed(const QString &name)
{
    if (name == QLatin1String("session"))
        return RevocationKind::Session;
    if (name == QLatin1String("token"))
        return RevocationKind::Token;
    if (name == QLatin1String("user"))
        return RevocationKind::User;
    if (name == QLatin1String("organization"))
        return RevocationKind::Organization;
    return unknownKind(name);
}

} // namespace

Result<RevocationStore::Batch> RevocationStore::since(Tx &tx, qint64 horizon)
{
    TRY(const Rows rows, tx.finalQuery(sinceSql, horizon, tx.context().now));
    Batch batch{.revocations = {}, .horizon = horizon};
    for (const Row row : rows) {
        batch.horizon = row.get<qint64>(0);
        if (!row.isNull(1)) {
            TRY(const RevocationKind kind, kindNamed(row.get<QString>(1)));
            batch.revocations.push_back(
                {.kind = kind, .subject = row.get<QUuid>(2), .notBefore = row.get<Instant>(3), .expiresAt = row.get<Instant>(4)});
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
    const bool isRevoked = row.get<bool>(0);
    if (!isRevoked && !row.isNull(1))
        return unknownKind(row.get<QString>(1));
    return isRevoked;
}

Result<qint64> RevocationStore::removeExpired(Tx &tx, int most)
{
    TRY(const Rows rows, tx.finalQuery(removeExpiredSql, tx.context().now, most));
    return rows.affected();
}

} // namespace aegis
