#pragma once

#include "shared/dto/AuthResponse.h"
#include "shared/dto/Invitations.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct InvitationLookup {
    using Request = InvitationTokenRequest;
    using Response = InvitationPreview;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/invitations/lookup",
        .operationId = "invitationLookup",
        .access = Access::Public,
        .rateClass = RateClass::Login,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidMailToken, ProblemCode::DatabaseUnavailable},
        .tag = "Organizations",
        .summary = "Look at an invitation",
        .description = "For the page that the link of the mail opens (MAIL_LINK_BASE/accept-invitation#token=...): who invites, and whether the "
                       "person has to log in or to choose a password. "
                       "Nothing is used up.",
    };
};

struct InvitationAccept {
    using Request = InvitationAcceptRequest;
    using Response = RegistrationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/invitations/accept",
        .operationId = "invitationAccept",
        .access = Access::Public,
        .rateClass = RateClass::Login,
        .successStatus = 201,
        .problems = {ProblemCode::InvalidMailToken, ProblemCode::EmailTaken, ProblemCode::PasswordPolicy, ProblemCode::DatabaseUnavailable,
                     ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .deliversTokens = true,
        .tag = "Organizations",
        .summary = "Accept an invitation with a new account",
        .description = "The account is managed by the organization, its address counts as verified, and the session is in the organization. "
                       "`email_taken`: there is an account with that address; its person logs in and joins.",
    };
};

struct InvitationJoin {
    using Request = InvitationTokenRequest;
    using Response = JoinedResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/invitations/join",
        .operationId = "invitationJoin",
        .access = Access::Bearer,
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidMailToken, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .tag = "Organizations",
        .summary = "Accept an invitation with the account of the session",
        .description = "The session stays where it is: POST /auth/refresh/organization goes on in the organization.",
        .security = "The invitation must be for the address of the account.",
    };
};

struct OwnOrganizationList {
    using Request = NoRequest;
    using Response = OwnMembershipsResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/auth/organizations",
        .operationId = "ownOrganizationList",
        .access = Access::Bearer,
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Organizations",
        .summary = "List the organizations of the caller",
    };
};

struct OrganizationSwitch {
    using Request = OrganizationSwitchRequest;
    using Response = AuthResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/refresh/organization",
        .operationId = "organizationSwitch",
        .access = Access::Public,
        .rateClass = RateClass::Refresh,
        .successStatus = 200,
        .problems = {ProblemCode::Unauthenticated, ProblemCode::InvalidRefreshToken, ProblemCode::RefreshTokenReused, ProblemCode::NotFound,
                     ProblemCode::Conflict, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .deliversTokens = true,
        .takesRefreshCookie = true,
        .tag = "Organizations",
        .summary = "Go on in another organization",
        .description =
            "The session of the refresh token ends, its tokens at once, and another one begins in that organization, which lasts no longer "
            "than the first would have. `not_found`: the person is no member, or the organization cannot be used; `conflict`: the session is "
            "in it. Nothing has ended then. When the answer was lost log in again.",
        .security = "It takes the refresh token, as POST /auth/refresh does and with what that says of old ones: an access token opens no session.",
    };
};

} // namespace aegis::endpoints
