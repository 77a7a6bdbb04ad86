#include "server/auth/AccountLockStore.h"

namespace aegis {
namespace {

constexpr Sql lockSql("select locked, later::text[] from aegis.lock_account($1, $2, $3, $4, $5, $6)");
constexpr Sql languageSql("select language from aegis.session where user_id = $1 and language is not null order by created_at desc limit 1");
constexpr Sql mailSql("select aegis.enqueue_mail($1)");
constexpr Sql unlockSql("select aegis.unlock_account($1, $2, $3, $4)");
constexpr Sql lockedUntilSql("select locked_until from aegis.\"user\" where id = $1 and status = 'locked'");
constexpr Sql expiredSql("select * from aegis.expired_locks($1, $2)");
constexpr Sql isAtHomeSql(
    "select exists (select from aegis.session where user_id = $1 and ended_at is null and expires_at > $2 and ip <<= $3::cidr)");

} // namespace

Result<std::optional<std::vector<SessionId>>> AccountLockStore::lock(Tx &tx, const Lock &lock)
{
    const Instant now = tx.context().now;
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, lockSql, lock.user, lock.until, now, makeUuid7(now), lock.revokedUntil, Json(lock.events)));
    if (!row.get<bool>(0))
        return std::optional<std::vector<SessionId>>();
    std::vector<SessionId> later;
    for (const QString &id : row.get<QStringList>(1))
        later.push_back(SessionId(QUuid::fromString(id)));
    CHECK(tx.finalQuery(mailSql, Json(lock.mail)));
    return std::optional(std::move(later));
}

Result<QByteArray> AccountLockStore::languageOf(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.finalQuery(languageSql, user));
    return rows.isEmpty() ? QByteArray() : rows.first().get<QByteArray>(0);
}

Result<std::optional<QString>> AccountLockStore::unlock(Tx &tx, const UserId &user, By by, const QByteArray &events)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, unlockSql, user, by == By::Administrator, tx.context().now, Json(events)));
    return row.get<std::optional<QString>>(0);
}

Result<std::optional<Instant>> AccountLockStore::lockedUntil(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.finalQuery(lockedUntilSql, user));
    return rows.isEmpty() ? std::optional<Instant>() : rows.first().get<std::optional<Instant>>(0);
}

Result<std::vector<UserId>> AccountLockStore::expired(Tx &tx, int most)
{
    TRY(const Rows rows, tx.finalQuery(expiredSql, tx.context().now, most));
    std::vector<UserId> users;
    for (const Row row : rows)
        users.push_back(row.get<UserId>(0));
    return users;
}

Result<bool> AccountLockStore::isAtHome(Tx &tx, const UserId &user, const QByteArray &network)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, isAtHomeSql, user, tx.context().now, Text{network}));
    return row.get<bool>(0);
}

} // namespace aegis
