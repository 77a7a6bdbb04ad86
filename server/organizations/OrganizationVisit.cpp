#include "server/organizations/OrganizationVisit.h"

#include "server/admin/AuthorityStore.h"
#include "server/organizations/ManagedOrganizationStore.h"
#include "server/organizations/MembershipStore.h"

namespace aegis {

Result<OrganizationVisit> OrganizationVisit::of(const RequestContext &context, Permission permission, const OrganizationId &organization)
{
    const AdminScopeStore scope = AdminScopeStore::of(context, permission);
    if (!scope.isEverywhere() && organization != context.tenant.organization)
        return ProblemCode::NotFound;
    return OrganizationVisit(scope, context.withTenant({.organization = organization, .user = context.tenant.user}));
}

Result<ManagedOrganizationDto> OrganizationVisit::begin(Tx &tx) const
{
    CHECK(m_scope.enter(tx));
    return ManagedOrganizationStore::get(tx, m_scope, m_context.tenant.organization);
}

Result<ManagedOrganizationDto> OrganizationVisit::beginChange(Tx &tx) const
{
    if (!m_scope.isEverywhere()) { // what the platform allows is asked by the views and policies themselves
        CHECK(MembershipStore::keep(tx, m_context.actor.user));
        TRY(const Authority now, AuthorityStore::read(tx, m_context.actor.user));
        if (!now.organization.containsAll(m_context.authority.organization))
            return ProblemCode::Forbidden;
    }
    return begin(tx);
}

} // namespace aegis
