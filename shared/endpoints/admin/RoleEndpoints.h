#pragma once

#include "shared/dto/admin/OrganizationRole.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

namespace admin {

inline constexpr ProblemSet roleChange{
    ProblemCode::NotFound,      ProblemCode::Conflict, ProblemCode::PreconditionFailed, ProblemCode::Forbidden, ProblemCode::DatabaseUnavailable,
    ProblemCode::OutcomeUnknown};

} // namespace admin

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
