#pragma once

#include "shared/dto/AuthResponse.h"
#include "shared/dto/LoginRequest.h"
#include "shared/dto/LoginResponse.h"
#include "shared/dto/LogoutRequest.h"
#include "shared/dto/MeResponse.h"
#include "shared/dto/RefreshRequest.h"
#include "shared/dto/RegisterRequest.h"
#include "shared/dto/SignupRequest.h"
#include "shared/dto/TokenResponse.h"
#include "shared/dto/VerifyResponse.h"
#include "shared/endpoints/Endpoint.h"

#include <array>

namespace aegis::endpoints {

struct Signup {
    using Request = SignupRequest;
    using Response = RegistrationResponse;
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
        .deliversTokens = true,
        .tag = "Accounts",
        .summary = "Sign up a person with a new organization",
        .description = "Makes the person, the organization, its owner role and a session: all of it or nothing. With "
                       "EMAIL_VERIFICATION=required the organization is `pending` until the token of a mail was given to /auth/email/verify: till "
                       "then the session is in no organization, and so is the session of a login.",
        .security = "A taken e-mail address or slug is answered with 409, so this call can tell that an account exists. After `outcome_unknown` "
                    "repeat it with the same Idempotency-Key: it is carried out at most once.",
    };
};

struct Register {
    using Request = RegisterRequest;
    using Response = RegistrationResponse;
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
        .deliversTokens = true,
        .tag = "Accounts",
        .summary = "Register a person without an organization",
        .description = "Makes the person and a session.",
        .security =
            "A taken e-mail address is answered with 409, so this call can tell that an account exists. After `outcome_unknown` repeat it with "
            "the same Idempotency-Key: it is carried out at most once.",
    };
    static constexpr std::array exampleChanges{ExampleChange{"user.email", "grace@example.com"}, ExampleChange{"user.firstName", "Grace"},
                                               ExampleChange{"user.lastName", "Hopper"}, ExampleChange{"organization"}};
};

struct Login {
    using Request = LoginRequest;
    using Response = LoginResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/login",
        .operationId = "login",
        .access = Access::Public,
        .rateClass = RateClass::Login,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidCredentials, ProblemCode::AccountUnavailable, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .deliversTokens = true,
        .tag = "Sessions",
        .summary = "Log in with e-mail address and password",
        .description = "Starts a session and gives its first pair of tokens; or, for who has a second factor, answers with `mfaRequired` and a token "
                       "for POST /auth/mfa/challenge. After `outcome_unknown` log in again: a session whose tokens "
                       "nobody has ends by itself.",
        .security = "An unknown address and a wrong password get the same answer after the same time. `account_unavailable` is only said "
                    "to somebody who knows the password. After too many failures `rate_limited` is said to everybody, and a right password "
                    "is refused like a wrong one until Retry-After.",
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
        .problems = {ProblemCode::Unauthenticated, ProblemCode::InvalidRefreshToken, ProblemCode::RefreshTokenReused,
                     ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .bodyIsOptional = true,
        .deliversTokens = true,
        .takesRefreshCookie = true,
        .tag = "Sessions",
        .summary = "Get a new pair of tokens",
        .description = "Replaces the refresh token; the old one must not be used again. Without a body the cookie of the refresh token counts, with "
                       "`X-Token-Delivery: cookie`, a fitting `Origin` and `X-CSRF-Token`; when the token is dead, the cookies go. After "
                       "`outcome_unknown`, or when the answer was lost, "
                       "repeat the call at once with the same token: within the grace (REFRESH_GRACE, by default 10 seconds) it gets the "
                       "session's present tokens. Later than that the session ends, and the person has to log in.",
        .security =
            "A refresh token works once. Presenting an old one ends the whole session, because somebody else may have it; only the "
            "direct predecessor, within the grace, gets the present token again, so that a lost answer or two tabs do no harm. A session whose "
            "account is not active any more is answered with `invalid_refresh_token`.",
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
        .problems = {ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .bodyIsOptional = true,
        .tag = "Sessions",
        .summary = "End the session",
        .description = "Ends the session of the access token, or with `allDevices` every session of the person. The body may be left out. Cookies go "
                       "if they have authenticated the call. A "
                       "`refreshToken` that is unreadable or another person's is passed over. After `outcome_unknown` repeat it: "
                       "`invalid_token` says then that the session has ended.",
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
        .accessCookie = AccessCookie::ProxiedCall,
        .tag = "Sessions",
        .summary = "Check an access token, for reverse proxies",
        .description = "For nginx `auth_request`, Traefik ForwardAuth, Caddy forward_auth and services: signature, claims and revocation. "
                       "The answer has header fields and no body. The cookie counts for a call that the proxy says to be GET, HEAD or OPTIONS "
                       "(X-Forwarded-Method or X-Original-Method); any other one, and one of which it says nothing, needs an `Origin` that may "
                       "call, and an `Origin` that is there must be one in any case (WebSockets).",
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
        .tellsCsrfToken = true,
        .tag = "Sessions",
        .summary = "Who am I",
        .description = "The person, the organization, the roles and the session of the access token. To a call by cookie it says X-CSRF-Token, too, "
                       "for a page that was loaded again.",
    };
};

} // namespace aegis::endpoints
