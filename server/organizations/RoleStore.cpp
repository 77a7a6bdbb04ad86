#include "server/organizations/RoleStore.h"

namespace aegis {
namespace {

#define ROLE_COLUMNS                                     \
    "r.id, r.name, r.system, r.permissions, r.version, " \
    "(select count(*) from aegis.user_role m where m.organization_id = r.organization_id and m.role_id = r.id) as members"

constexpr Sql allSql("select " ROLE_COLUMNS " from aegis.organization_role r where r.organization_id = $1 order by r.name limit 200");
constexpr Sql findSql("select " ROLE_COLUMNS " from aegis.organization_role r where r.organization_id = $1 and r.name = $2 and not r.system");
constexpr Sql putSql("select aegis.put_role($1, $2, $3, $4, $5, $6, $7)");
constexpr Sql removeSql("select aegis.delete_role($1, $2, $3, $4)");

#undef ROLE_COLUMNS

RoleStore::Role roleOf(const Row &row)
{
    return {.id = row.get<RoleId>("id"),
            .name = row.get<QString>("name"),
            .isBuiltIn = row.get<bool>("system"),
            .permissions = PermissionSet::fromNames(row.get<QStringList>("permissions")),
            .members = row.get<qint64>("members"),
            .version = row.get<int>("version")};
}

RoleStore::Outcome outcomeNamed(const QString &name)
{
    using enum RoleStore::Outcome;
    if (name == QLatin1String("done"))
        return Done;
    if (name == QLatin1String("full"))
        return Full;
    return name == QLatin1String("held") ? Held : Stale;
}

} // namespace

Result<std::vector<RoleStore::Role>> RoleStore::all(Tx &tx)
{
    TRY(const Rows rows, tx.query(allSql, tx.context().tenant.organization));
    std::vector<Role> roles;
    for (const Row row : rows)
        roles.push_back(roleOf(row));
    return roles;
}

Result<std::optional<RoleStore::Role>> RoleStore::find(Tx &tx, const QString &name)
{
    TRY(const Rows rows, tx.query(findSql, tx.context().tenant.organization, name));
    return rows.isEmpty() ? std::optional<Role>() : std::optional(roleOf(rows.first()));
}

Result<RoleStore::Outcome> RoleStore::put(Tx &tx, const RoleId &id, const QString &name, PermissionSet permissions, const std::optional<Role> &known,
                                          int most, const QByteArray &events)
{
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, putSql, id, name, permissions.names(), known ? known->version : 0, most, tx.context().now, Json(events)));
    return outcomeNamed(row.get<QString>(0));
}

Result<RoleStore::Outcome> RoleStore::remove(Tx &tx, const Role &role, const QByteArray &events)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, removeSql, role.id, role.version, tx.context().now, Json(events)));
    return outcomeNamed(row.get<QString>(0));
}

} // namespace aegis
