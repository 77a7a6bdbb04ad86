#include "server/admin/AuthorityStore.h"

#include "shared/permissions/BuiltInRoles.h"

namespace aegis {
namespace {

// In the tenant of the asking person: row-level security shows its own memberships and its organization's roles.
constexpr Sql authoritySql(R"(
    select array(select p.role from aegis.platform_role p where p.user_id = $1) as platform_roles,
           coalesce(array_agg(r.name) filter (where r.system), '{}') as roles,
           coalesce((select array_agg(distinct n) from unnest(string_to_array(string_agg(array_to_string(r.permissions, ' '), ' ')
                                                                               filter (where not r.system), ' ')) n), '{}') as permissions
    from aegis.user_role m
    join aegis.organization o on o.id = m.organization_id and o.status = 'active'
    join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
    where m.user_id = $1 and m.organization_id = $2)");

Authority authorityOf(const Row &row)
{
    return {.organization = permissionsOf(organizationRoles(), row.get<QStringList>("roles"))
                | PermissionSet::fromNames(row.get<QStringList>("permissions")),
            .platform = permissionsOf(platformRoles(), row.get<QStringList>("platform_roles"))};
}

} // namespace

Task<Result<Authority>> AuthorityStore::read(Database &database, const RequestContext &context)
{
    const auto organization = orNull(context.tenant.organization);
    Task<Result<Rows>> task = database.readRows(context, authoritySql, context.actor.user, organization);
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::Internal));
    co_return authorityOf(row);
}

Result<Authority> AuthorityStore::read(Tx &tx, const UserId &user)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, authoritySql, user, orNull(tx.context().tenant.organization)));
    return authorityOf(row);
}

} // namespace aegis
