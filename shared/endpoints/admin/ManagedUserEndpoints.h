#pragma once

#include "shared/dto/admin/ManagedUser.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

namespace admin {

/// What every change of an account can be answered with.
inline constexpr ProblemSet accountChange{ProblemCode::NotFound,          ProblemCode::Conflict,           ProblemCode::LastOwner,
                                          ProblemCode::LastAdministrator, ProblemCode::PreconditionFailed, ProblemCode::DatabaseUnavailable,
                                          ProblemCode::OutcomeUnknown};

inline constexpr std::string_view whoseAccounts =
    "An organization's administrators do it to the accounts that the organization manages, and to nobody who may do more than they may; who "
    "administers the platform, to all. What the platform has locked or suspended the platform alone lets in again. An account of somebody else is "
    "`not_found`, one that they see and do not manage `forbidden`. The last "
    "owner of an organization and the last administrator of the platform keep their way in (`last_owner`, `last_administrator`).";

} // namespace admin

struct ManagedUserList {
    using Request = ListPageRequest;
    using Response = ManagedUserPage;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/users",
        .operationId = "managedUserList",
        .access = Access::With(Permission::UserRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: people",
        .summary = "List people",
        .description = "Orders: `id` (the order in which they were made), `email`, `lastLogin`.",
        .security = "Members of the caller's organization; whoever sees all organizations sees everybody.",
    };
};

struct ManagedUserGet {
    using Request = ManagedUserRequest;
    using Response = ManagedUserResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/users/{id}",
        .operationId = "managedUserGet",
        .access = Access::With(Permission::UserRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: people",
        .summary = "Look at a person",
    };
};

struct ManagedUserLock {
    using Request = AccountLockRequest;
    using Response = ManagedUserResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/users/{id}/lock",
        .operationId = "managedUserLock",
        .access = Access::With(Permission::UserLock),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::accountChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: people",
        .summary = "Lock an account",
        .description = "The person's sessions end at once, everywhere. A lock that failed logins caused, or an earlier one, is replaced. `conflict`: "
                       "it is suspended.",
        .security = admin::whoseAccounts,
    };
};

struct ManagedUserUnlock {
    using Request = AccountReliefRequest;
    using Response = ManagedUserResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/users/{id}/unlock",
        .operationId = "managedUserUnlock",
        .access = Access::With(Permission::UserLock),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::accountChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: people",
        .summary = "Unlock an account",
        .description = "Whatever locked it, and its failed logins are forgotten. `conflict`: it is not locked.",
        .security = admin::whoseAccounts,
    };
};

struct ManagedUserSuspend {
    using Request = AccountMeasureRequest;
    using Response = ManagedUserResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/users/{id}/suspend",
        .operationId = "managedUserSuspend",
        .access = Access::With(Permission::UserSuspend),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::accountChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: people",
        .summary = "Suspend an account",
        .description = "Until it is reactivated. The person's sessions end at once, everywhere. `conflict`: it is suspended.",
        .security = admin::whoseAccounts,
    };
};

struct ManagedUserReactivate {
    using Request = AccountReliefRequest;
    using Response = ManagedUserResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/users/{id}/reactivate",
        .operationId = "managedUserReactivate",
        .access = Access::With(Permission::UserSuspend),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::accountChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: people",
        .summary = "End the suspension of an account",
        .description = "`conflict`: it is not suspended.",
        .security = admin::whoseAccounts,
    };
};

struct ManagedUserPasswordReset {
    using Request = AccountMeasureRequest;
    using Response = ManagedUserResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/users/{id}/password-reset",
        .operationId = "managedUserPasswordReset",
        .access = Access::With(Permission::UserPasswordReset),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::accountChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: people",
        .summary = "Force a new password",
        .description = "The present password ends, and every session with it. The person gets a mail with a token for `POST /auth/password/reset`.",
        .security = admin::whoseAccounts,
    };
};

struct ManagedUserMfaReset {
    using Request = AccountMeasureRequest;
    using Response = ManagedUserResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/users/{id}/mfa-reset",
        .operationId = "managedUserMfaReset",
        .access = Access::With(Permission::UserMfaReset),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::accountChange | ProblemSet{ProblemCode::ReauthenticationRequired, ProblemCode::MfaNotEnabled},
        .takesIdempotencyKey = true,
        .tag = "Administration: people",
        .summary = "Take a second factor away",
        .description = "For who has lost it. The person's sessions end at once, and a mail says so. The caller must have logged in lately.",
        .security = admin::whoseAccounts,
    };
};

} // namespace aegis::endpoints
