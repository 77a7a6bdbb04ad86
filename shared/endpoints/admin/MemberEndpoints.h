#pragma once

#include "shared/dto/admin/ManagedOrganization.h"
#include "shared/dto/admin/Member.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

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

} // namespace aegis::endpoints
