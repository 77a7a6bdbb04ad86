#include "server/admin/PlatformStaffStore.h"

namespace aegis {
namespace {

constexpr Sql allSql("select user_id, email, status, role, created_at from aegis.platform_staff()");
constexpr Sql userSql("select user_id, user_status, email_verified from aegis.login_lookup($1)");
constexpr Sql byIdSql("select id, status, email_verified_at is not null from aegis.every_user where id = $1");
constexpr Sql addSql("select aegis.add_account($1, $2, $3)");
constexpr Sql grantSql("select aegis.grant_platform_role($1, $2, $3, $4, $5)");
constexpr Sql revokeSql("select aegis.revoke_platform_role($1, $2, $3, $4)");

PlatformStaffStore::Account accountIn(const Row &row)
{
    return {.user = row.get<UserId>(0), .isActive = row.get<QString>(1) == QLatin1String("active"), .isVerified = row.get<bool>(2)};
}

} // namespace

Result<std::vector<PlatformStaffStore::Member>> PlatformStaffStore::all(Tx &tx)
{
    TRY(const Rows rows, tx.query(allSql));
    std::vector<Member> members;
    for (const Row row : rows)
        members.push_back({.user = row.get<UserId>(0),
                           .email = row.get<QString>(1),
                           .status = row.get<QString>(2),
                           .role = row.get<QString>(3),
                           .since = row.get<Instant>(4)});
    return members;
}

Result<std::optional<PlatformStaffStore::Account>> PlatformStaffStore::accountOf(Tx &tx, const QString &email)
{
    TRY(const Rows rows, tx.query(userSql, email));
    return rows.isEmpty() ? std::optional<Account>() : std::optional(accountIn(rows.first()));
}

Result<std::optional<PlatformStaffStore::Account>> PlatformStaffStore::account(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.query(byIdSql, user));
    return rows.isEmpty() ? std::optional<Account>() : std::optional(accountIn(rows.first()));
}

Result<void> PlatformStaffStore::addAccount(Tx &tx, const QJsonObject &user, const QJsonObject &profile, const QJsonObject &token)
{
    CHECK(tx.query(addSql, Json(user), Json(profile), Json(token)));
    return {};
}

Result<bool> PlatformStaffStore::grant(Tx &tx, By by, const UserId &user, const QString &role, const QByteArray &events)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, grantSql, user, role, tx.context().now, by == By::Operator, Json(events)));
    return row.get<bool>(0);
}

Result<PlatformStaffStore::Revoked> PlatformStaffStore::revoke(Tx &tx, By by, const UserId &user, const QString &role, const QByteArray &events)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, revokeSql, user, role, by == By::Operator, Json(events)));
    const QString outcome = row.get<QString>(0);
    if (outcome == QLatin1String("done"))
        return Revoked::Done;
    return outcome == QLatin1String("last") ? Revoked::Last : Revoked::None;
}

} // namespace aegis
