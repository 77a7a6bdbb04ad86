#pragma once

#include "shared/dto/admin/ManagedOrganization.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

namespace admin {

/// What every change of an organization can be answered with.
inline constexpr ProblemSet organizationChange{ProblemCode::NotFound, ProblemCode::Conflict, ProblemCode::PreconditionFailed,
                                               ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown};
inline constexpr ProblemSet membershipChange{
    ProblemCode::ReauthenticationRequired, ProblemCode::NotFound,      ProblemCode::LastOwner, ProblemCode::Forbidden,
    ProblemCode::DatabaseUnavailable,      ProblemCode::OutcomeUnknown};
inline constexpr std::string_view
    whoseRoles = "Nobody gives or takes a role that allows more than they may. The last owner stays one (`last_owner`).";

} // namespace admin

struct ManagedOrganizationList {
    using Request = ListPageRequest;
    using Response = ManagedOrganizationPage;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/organizations",
        .operationId = "managedOrganizationList",
        .access = Access::With(Permission::OrganizationRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: organizations",
        .summary = "List organizations",
        .description = "Orders: `id` (the order in which they were made), `slug`.",
        .security = "The caller's own; whoever sees all organizations sees all.",
    };
};

struct ManagedOrganizationGet {
    using Request = ManagedOrganizationRequest;
    using Response = ManagedOrganizationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/organizations/{id}",
        .operationId = "managedOrganizationGet",
        .access = Access::With(Permission::OrganizationRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: organizations",
        .summary = "Look at an organization",
    };
};

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

struct ManagedOrganizationUpdate {
    using Request = OrganizationUpdateRequest;
    using Response = ManagedOrganizationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Patch,
        .path = "/admin/organizations/{id}",
        .operationId = "managedOrganizationUpdate",
        .access = Access::With(Permission::OrganizationUpdate),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::organizationChange | ProblemSet{ProblemCode::SlugTaken},
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Change name or slug",
    };
};

struct ManagedOrganizationSuspend {
    using Request = OrganizationMeasureRequest;
    using Response = ManagedOrganizationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations/{id}/suspend",
        .operationId = "managedOrganizationSuspend",
        .access = Access::With(Permission::OrganizationSuspend),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::organizationChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Suspend an organization",
        .description = "Access in it ends at once. `conflict`: it is not active.",
    };
};

struct ManagedOrganizationReactivate {
    using Request = OrganizationReliefRequest;
    using Response = ManagedOrganizationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations/{id}/reactivate",
        .operationId = "managedOrganizationReactivate",
        .access = Access::With(Permission::OrganizationSuspend),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::organizationChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "End a suspension",
        .description = "Who signs in anew has access at once; sessions of before can be refreshed, and their tokens are taken once those of before "
                       "the suspension have expired (JWT_ACCESS_EXPIRATION). `conflict`: it is not suspended.",
    };
};

struct ManagedOrganizationDelete {
    using Request = OrganizationMeasureRequest;
    using Response = ManagedOrganizationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations/{id}/delete",
        .operationId = "managedOrganizationDelete",
        .access = Access::With(Permission::OrganizationDelete),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::organizationChange | ProblemSet{ProblemCode::ReauthenticationRequired},
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Delete an organization",
        .description =
            "Access in it ends at once. Who administers the platform can restore it for 30 days; its slug stays taken. The caller must have "
            "logged in lately. `conflict`: it is deleted.",
    };
};

struct ManagedOrganizationRestore {
    using Request = OrganizationReliefRequest;
    using Response = ManagedOrganizationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations/{id}/restore",
        .operationId = "managedOrganizationRestore",
        .access = Access::With(Permission::OrganizationSuspend),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::organizationChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Restore a deleted organization",
        .description = "It is what it was before. `conflict`: it is not deleted, or has been for more than 30 days.",
    };
};

struct MemberRoleGrant {
    using Request = MemberRoleRequest;
    using Response = MembershipResponse;
    static constexpr EndpointInfo info{
        .method = Method::Put,
        .path = "/admin/organizations/{id}/members/{userId}/roles/{role}",
        .operationId = "memberRoleGrant",
        .access = Access::With(Permission::MemberManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::membershipChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Give a role",
        .description =
            "To a member, or to somebody whose account the organization manages. It counts at the next call; access tokens say it after the "
            "next refresh. Who gives ORGANIZATION_OWNER must have logged in lately.",
        .security = admin::whoseRoles,
    };
};

struct MemberRoleRevoke {
    using Request = MemberRoleRequest;
    using Response = MembershipResponse;
    static constexpr EndpointInfo info{
        .method = Method::Delete,
        .path = "/admin/organizations/{id}/members/{userId}/roles/{role}",
        .operationId = "memberRoleRevoke",
        .access = Access::With(Permission::MemberManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::membershipChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "Take a role",
        .description = "Invitations that the person has sent end with it. With the last role the membership ends, and the person's sessions in the "
                       "organization.",
        .security = admin::whoseRoles,
    };
};

struct MemberRemove {
    using Request = MemberRequest;
    using Response = MembershipResponse;
    static constexpr EndpointInfo info{
        .method = Method::Delete,
        .path = "/admin/organizations/{id}/members/{userId}",
        .operationId = "memberRemove",
        .access = Access::With(Permission::MemberManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::membershipChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: organizations",
        .summary = "End a membership",
        .description = "The person's sessions in the organization end at once; the account stays.",
        .security = admin::whoseRoles,
    };
};

} // namespace aegis::endpoints
