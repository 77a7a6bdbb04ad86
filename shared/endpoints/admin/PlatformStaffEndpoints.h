#pragma once

#include "shared/dto/admin/PlatformStaff.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

namespace admin {

inline constexpr ProblemSet staffChange{ProblemCode::NotFound,
                                        ProblemCode::Conflict,
                                        ProblemCode::LastAdministrator,
                                        ProblemCode::EmailNotVerified,
                                        ProblemCode::ReauthenticationRequired,
                                        ProblemCode::DatabaseUnavailable,
                                        ProblemCode::OutcomeUnknown};

} // namespace admin

struct PlatformStaffList {
    using Request = NoRequest;
    using Response = PlatformStaffResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/platform/staff",
        .operationId = "platformStaffList",
        .access = Access::With(Permission::PlatformManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: platform",
        .summary = "List who has a role of the platform",
    };
};

struct PlatformRoleGrant {
    using Request = PlatformRoleRequest;
    using Response = PlatformStaffResponse;
    static constexpr EndpointInfo info{
        .method = Method::Put,
        .path = "/admin/platform/staff/{userId}/roles/{role}",
        .operationId = "platformRoleGrant",
        .access = Access::With(Permission::PlatformManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::staffChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: platform",
        .summary = "Give a role of the platform",
        .description = "The caller must have logged in lately. `conflict`: the account is not active.",
        .security = "Only an account whose address is verified is given one.",
    };
};

struct PlatformRoleRevoke {
    using Request = PlatformRoleRequest;
    using Response = PlatformStaffResponse;
    static constexpr EndpointInfo info{
        .method = Method::Delete,
        .path = "/admin/platform/staff/{userId}/roles/{role}",
        .operationId = "platformRoleRevoke",
        .access = Access::With(Permission::PlatformManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::staffChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: platform",
        .summary = "Take a role of the platform",
        .description = "It counts at the next call; the last administrator stays one. The caller must have logged in lately.",
    };
};

} // namespace aegis::endpoints
