#pragma once

#include "shared/dto/Sessions.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct SessionList {
    using Request = NoRequest;
    using Response = SessionListResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/auth/sessions",
        .operationId = "sessionList",
        .access = Access::Bearer,
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Sessions",
        .summary = "Where am I logged in",
    };
};

struct SessionEnd {
    using Request = SessionRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Delete,
        .path = "/auth/sessions/{id}",
        .operationId = "sessionEnd",
        .access = Access::Bearer,
        .rateClass = RateClass::Account,
        .successStatus = 204,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Sessions",
        .summary = "End one of my sessions",
        .description = "The present one too. After `outcome_unknown` repeat it: `not_found` says then that it has ended.",
        .security = "Access ends at once. Another person's session, one that has ended and one that never was are the same `not_found`.",
    };
};

struct Reauthenticate {
    using Request = ReauthenticateRequest;
    using Response = ReauthenticateResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/reauthenticate",
        .operationId = "reauthenticate",
        .access = Access::Bearer,
        .rateClass = RateClass::Login,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidCredentials, ProblemCode::InvalidMfaCode, ProblemCode::MfaPaused, ProblemCode::DatabaseUnavailable,
                     ProblemCode::OutcomeUnknown},
        .deliversTokens = true,
        .tag = "Sessions",
        .summary = "Prove again who I am",
        .description =
            "For calls that answer `reauthentication_required`. The session goes on; its tokens from now on say when (`auth_time`) and how "
            "(`amr`). Who has a second factor shows it too: exactly one of `code` and `backupCode`.",
        .security = "A wrong password is counted, answered and recorded as at a login: whoever has stolen an access token guesses no more "
                    "passwords with it than without.",
    };
};

} // namespace aegis::endpoints
