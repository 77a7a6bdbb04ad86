#include "server/organizations/MembershipStore.h"

#include "shared/permissions/BuiltInRoles.h"

namespace aegis {
namespace {

constexpr Sql rolesSql(R"(
    select r.name from aegis.user_role m
    join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
    where m.organization_id = $1 and m.user_id = $2 order by r.name)");
constexpr Sql keepSql("select pg_advisory_xact_lock_shared(hashtextextended('aegis.member.' || $1::uuid || $2::uuid, 0))"); // see revoke_role
constexpr Sql activeSql("select exists (select from aegis.\"user\" u where u.id = $1 and u.status = 'active')");
constexpr Sql holdersSql(R"(
    select m.user_id from aegis.user_role m
    join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
    where m.organization_id = $1 and r.name = $2 order by m.user_id)");
constexpr Sql permissionsSql("select permissions from aegis.organization_role where organization_id = $1 and name = $2 and not system for share");
constexpr Sql ensureSql("select aegis.ensure_role($1, $2, $3, $4)");
constexpr Sql grantSql("select aegis.grant_role($1, $2, $3, $4)");
constexpr Sql revokeSql("select aegis.revoke_role($1, $2, $3)");

MembershipStore::Outcome outcomeNamed(const QString &name)
{
    using enum MembershipStore::Outcome;
    if (name == QLatin1String("done"))
        return Done;
    if (name == QLatin1String("left"))
        return Left;
    if (name == QLatin1String("unchanged"))
        return Unchanged;
    return name == QLatin1String("last_owner") ? LastOwner : NotFound;
}

} // namespace

Result<QStringList> MembershipStore::rolesOf(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.query(rolesSql, tx.context().tenant.organization, user));
    QStringList roles;
    for (const Row row : rows)
        roles.append(row.get<QString>(0));
    return roles;
}

Result<void> MembershipStore::keep(Tx &tx, const UserId &user)
{
    CHECK(tx.query(keepSql, tx.context().tenant.organization, user));
    return {};
}

Result<bool> MembershipStore::isActive(Tx &tx, const UserId &user)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, activeSql, user));
    return row.get<bool>(0);
}

Result<std::vector<UserId>> MembershipStore::holdersOf(Tx &tx, const QString &role)
{
    TRY(const Rows rows, tx.query(holdersSql, tx.context().tenant.organization, role));
    std::vector<UserId> holders;
    for (const Row row : rows)
        holders.push_back(row.get<UserId>(0));
    return holders;
}

Result<std::optional<PermissionSet>> MembershipStore::permissionsOf(Tx &tx, const QString &role)
{
    if (const auto known = builtInRole(organizationRoles(), role))
        return std::optional(known->permissions);
    TRY(const Rows rows, tx.query(permissionsSql, tx.context().tenant.organization, role));
    return rows.isEmpty() ? std::optional<PermissionSet>() : std::optional(PermissionSet::fromNames(rows.first().get<QStringList>(0)));
}

Result<RoleId> MembershipStore::ensureRole(Tx &tx, const QString &role)
{
    const Instant now = tx.context().now;
    const bool isBuiltIn = builtInRole(organizationRoles(), role).has_value();
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, ensureSql, role, isBuiltIn, makeUuid7(now), now));
    const auto id = row.get<std::optional<RoleId>>(0);
    return id ? Result<RoleId>(*id) : Result<RoleId>(ProblemCode::NotFound);
}

Result<MembershipStore::Outcome> MembershipStore::grant(Tx &tx, const UserId &user, const RoleId &role, const QByteArray &events)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, grantSql, user, role, tx.context().now, Json(events)));
    return outcomeNamed(row.get<QString>(0));
}

Result<MembershipStore::Outcome> MembershipStore::revoke(Tx &tx, const UserId &user, const std::optional<QString> &role, const QByteArray &events)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, revokeSql, user, role, Json(events)));
    return outcomeNamed(row.get<QString>(0));
}

} // namespace aegis
