#include "server/organizations/ManagedOrganizationApi.h"

namespace aegis {

void bindManagedOrganizations(http::Api &api, const ManagedOrganizationService &organizations, const MembershipService &memberships,
                              const RoleService &roles)
{
    api.on<endpoints::ManagedOrganizationList>(
        [&organizations](const RequestContext &context, ListPageRequest request) { return organizations.list(context, std::move(request)); });
    api.on<endpoints::ManagedOrganizationGet>([&organizations](const RequestContext &context, ManagedOrganizationRequest request) {
        return organizations.get(context, std::move(request));
    });
    api.on<endpoints::ManagedOrganizationUpdate>([&organizations](const RequestContext &context, OrganizationUpdateRequest request) {
        return organizations.update(context, std::move(request));
    });
    api.on<endpoints::ManagedOrganizationSuspend>([&organizations](const RequestContext &context, OrganizationMeasureRequest request) {
        return organizations.suspend(context, std::move(request));
    });
    api.on<endpoints::ManagedOrganizationReactivate>([&organizations](const RequestContext &context, OrganizationReliefRequest request) {
        return organizations.reactivate(context, std::move(request));
    });
    api.on<endpoints::ManagedOrganizationDelete>([&organizations](const RequestContext &context, OrganizationMeasureRequest request) {
        return organizations.remove(context, std::move(request));
    });
    api.on<endpoints::ManagedOrganizationRestore>([&organizations](const RequestContext &context, OrganizationReliefRequest request) {
        return organizations.restore(context, std::move(request));
    });
    api.on<endpoints::MemberList>(
        [&memberships](const RequestContext &context, MemberListRequest request) { return memberships.list(context, std::move(request)); });
    api.on<endpoints::OwnershipTransfer>([&memberships](const RequestContext &context, OwnershipTransferRequest request) {
        return memberships.transfer(context, std::move(request));
    });
    api.on<endpoints::PermissionList>([](const RequestContext &, NoRequest) { return Result<PermissionsResponse>(RoleService::permissions()); });
    api.on<endpoints::OrganizationRoleList>(
        [&roles](const RequestContext &context, OrganizationRoleListRequest request) { return roles.list(context, std::move(request)); });
    api.on<endpoints::OrganizationRolePut>(
        [&roles](const RequestContext &context, OrganizationRolePutRequest request) { return roles.put(context, std::move(request)); });
    api.on<endpoints::OrganizationRoleDelete>(
        [&roles](const RequestContext &context, OrganizationRoleRequest request) { return roles.remove(context, std::move(request)); });
    api.on<endpoints::MemberRoleGrant>(
        [&memberships](const RequestContext &context, MemberRoleRequest request) { return memberships.grant(context, std::move(request)); });
    api.on<endpoints::MemberRoleRevoke>(
        [&memberships](const RequestContext &context, MemberRoleRequest request) { return memberships.revoke(context, std::move(request)); });
    api.on<endpoints::MemberRemove>(
        [&memberships](const RequestContext &context, MemberRequest request) { return memberships.remove(context, std::move(request)); });
}

} // namespace aegis
