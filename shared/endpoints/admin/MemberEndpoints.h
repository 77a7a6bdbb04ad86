#pragma once

#include "shared/dto/admin/ManagedOrganization.h"
#include "shared/dto/admin/Member.h"
#include "shared/dto/admin/OrganizationRole.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

namespace admin {

inline constexpr ProblemSet roleChange{
    ProblemCode::NotFound,      ProblemCode::Conflict, ProblemCode::PreconditionFailed, ProblemCode::Forbidden, ProblemCode::DatabaseUnavailable,
    ProblemCode::OutcomeUnknown};

} // namespace admin

struct ManagedOrganizationCreate {
    using Request = OrganizationCreateRequest;
    using Response = ManagedOrganizationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations",
        .operationId = "managedOrganizationCreate",
        .access = Access::With(Permission::OrganizationCreate),
        .rateClass = RateClass::Account,
        .successStatus = 201,
        .problems = {ProblemCode::SlugTaken, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Make an organization for others",
        .description = "Its owner is invited by mail, and is its first member by accepting.",
    };
};

struct MemberList {
    using Request = MemberListRequest;
    using Response = MemberPage;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/organizations/{id}/members",
        .operationId = "memberList",
        .access = Access::With(Permission::OrganizationRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: organizations",
        .summary = "List members",
        .description = "Orders: `email`, `id`.",
    };
};

struct OwnershipTransfer {
    using Request = OwnershipTransferRequest;
    using Response = MembershipResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations/{id}/transfer",
        .operationId = "ownershipTransfer",
        .access = Access::With(Permission::OrganizationTransfer),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::Conflict, ProblemCode::ReauthenticationRequired, ProblemCode::DatabaseUnavailable,
                     ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Give an organization to another member",
        .description =
            "The member becomes an owner. The caller is an administrator (ADMIN) from then on and no owner; when who administers the platform does "
            "it, that holds for all who were owners. The caller must have logged in lately. `conflict`: the account is not active, or nothing would "
            "change. Repeated by who is no owner any more it is `forbidden`: it was done.",
    };
};

struct PermissionList {
    using Request = NoRequest;
    using Response = PermissionsResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/permissions",
        .operationId = "permissionList",
        .access = Access::With(Permission::RoleRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: organizations",
        .summary = "List what roles can allow",
    };
};

struct OrganizationRoleList {
    using Request = OrganizationRoleListRequest;
    using Response = OrganizationRolesResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/organizations/{id}/roles",
        .operationId = "organizationRoleList",
        .access = Access::With(Permission::RoleRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: organizations",
        .summary = "List roles",
    };
};

struct OrganizationRolePut {
    using Request = OrganizationRolePutRequest;
    using Response = OrganizationRoleResponse;
    static constexpr EndpointInfo info{
        .method = Method::Put,
        .path = "/admin/organizations/{id}/roles/{role}",
        .operationId = "organizationRolePut",
        .access = Access::With(Permission::RoleManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::roleChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Make or change a role",
        .description = "It counts at the next call of who has it. `conflict`: it is one that every organization has, or there are 100.",
        .security = "Nobody makes or changes a role that allows, or has allowed, more than they may.",
    };
};

struct OrganizationRoleDelete {
    using Request = OrganizationRoleRequest;
    using Response = OrganizationRoleResponse;
    static constexpr EndpointInfo info{
        .method = Method::Delete,
        .path = "/admin/organizations/{id}/roles/{role}",
        .operationId = "organizationRoleDelete",
        .access = Access::With(Permission::RoleManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::roleChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Delete a role",
        .description = "`conflict`: somebody has it, or is invited to it; or it is one that every organization has.",
    };
};

} // namespace aegis::endpoints
