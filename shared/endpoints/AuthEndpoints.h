#pragma once

#include "shared/dto/AuthResponse.h"
#include "shared/dto/LoginRequest.h"
#include "shared/dto/LogoutRequest.h"
#include "shared/dto/MeResponse.h"
#include "shared/dto/RefreshRequest.h"
#include "shared/dto/RegisterRequest.h"
#include "shared/dto/SignupRequest.h"
#include "shared/dto/TokenResponse.h"
#include "shared/dto/VerifyResponse.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct Signup {
    using Request = SignupRequest;
    using Response = AuthResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/signup",
        .operationId = "signup",
        .access = Access::Public,
        .rateClass = RateClass::Signup,
        .successStatus = 201,
        .problems = {ProblemCode::EmailTaken, ProblemCode::SlugTaken, ProblemCode::Conflict, ProblemCode::PasswordPolicy,
                     ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .tag = "Accounts",
        .summary = "Sign up a person with a new organization",
        .description = "Makes the person, the organization, its owner role and a session: all of it or nothing.",
        .security = "A taken e-mail address or slug is answered with 409, so this call can tell that an account exists. After `outcome_unknown` "
                    "repeat it with the same Idempotency-Key: it is carried out at most once.",
    };
};

struct Register {
    using Request = RegisterRequest;
    using Response = AuthResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/register",
        .operationId = "register",
        .access = Access::Public,
        .rateClass = RateClass::Signup,
        .successStatus = 201,
        .problems = {ProblemCode::EmailTaken, ProblemCode::Conflict, ProblemCode::PasswordPolicy, ProblemCode::DatabaseUnavailable,
                     ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .tag = "Accounts",
        .summary = "Register a person without an organization",
        .description = "Makes the person and a session.",
        .security =
            "A taken e-mail address is answered with 409, so this call can tell that an account exists. After `outcome_unknown` repeat it with "
            "the same Idempotency-Key.",
    };
};

struct Login {
    using Request = LoginRequest;
    using Response = AuthResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/login",
        .operationId = "login",
        .access = Access::Public,
        .rateClass = RateClass::Login,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidCredentials, ProblemCode::AccountUnavailable, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Sessions",
        .summary = "Log in with e-mail address and password",
        .description = "Starts a session and gives its first pair of tokens.",
        .security = "An unknown address and a wrong password get the same answer after the same time. `account_unavailable` is only said "
                    "to somebody who knows the password.",
    };
};

struct Refresh {
    using Request = RefreshRequest;
    using Response = TokenResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/refresh",
        .operationId = "refresh",
        .access = Access::Public,
        .rateClass = RateClass::Refresh,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidRefreshToken, ProblemCode::RefreshTokenReused, ProblemCode::AccountUnavailable,
                     ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Sessions",
        .summary = "Get a new pair of tokens",
        .description = "Replaces the refresh token; the old one must not be used again.",
        .security = "A refresh token works once. Presenting an old one ends the whole session, because somebody else may have it; only the "
                    "direct predecessor, within 10 seconds, gets the present token again, so that a lost answer or two tabs do no harm.",
    };
};

struct Logout {
    using Request = LogoutRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/logout",
        .operationId = "logout",
        .access = Access::Bearer,
        .rateClass = RateClass::Account,
        .successStatus = 204,
        .problems = {ProblemCode::InvalidRefreshToken, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .bodyIsOptional = true,
        .tag = "Sessions",
        .summary = "End the session",
        .description = "Ends the session of the access token, or with `allDevices` every session of the person. The body may be left out.",
        .security = "Access ends at once, not when the access token expires.",
    };
};

struct Verify {
    using Request = NoRequest;
    using Response = VerifyResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/auth/verify",
        .operationId = "verify",
        .access = Access::Bearer,
        .rateClass = RateClass::Token,
        .successStatus = 204,
        .tag = "Sessions",
        .summary = "Check an access token, for reverse proxies",
        .description = "For nginx `auth_request`, Traefik ForwardAuth, Caddy forward_auth and services: signature, claims and revocation. "
                       "The answer has header fields and no body.",
        .security = "The proxy must remove X-Auth-* fields that come from outside before it sets its own, and ask with GET whatever the "
                    "client's method is: OPTIONS without a token is 401, but a CORS preflight of an allowed origin is answered with 204.",
    };
};

struct Me {
    using Request = NoRequest;
    using Response = MeResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/auth/me",
        .operationId = "me",
        .access = Access::Bearer,
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Sessions",
        .summary = "Who am I",
        .description = "The person, the organization, the roles and the session of the access token.",
    };
};

} // namespace aegis::endpoints
