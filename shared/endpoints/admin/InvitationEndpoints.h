#pragma once

#include "shared/dto/admin/Invitation.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

namespace admin {

inline constexpr ProblemSet invitationChange{
    ProblemCode::ReauthenticationRequired, ProblemCode::NotFound,      ProblemCode::Conflict, ProblemCode::Forbidden,
    ProblemCode::DatabaseUnavailable,      ProblemCode::OutcomeUnknown};

} // namespace admin

struct InvitationList {
    using Request = InvitationListRequest;
    using Response = InvitationPage;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/organizations/{id}/invitations",
        .operationId = "invitationList",
        .access = Access::With(Permission::OrganizationRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: invitations",
        .summary = "List invitations",
        .description = "Orders: `id` (of time), `email`.",
    };
};

struct InvitationCreate {
    using Request = InvitationCreateRequest;
    using Response = InvitationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations/{id}/invitations",
        .operationId = "invitationCreate",
        .access = Access::With(Permission::InvitationManage),
        .rateClass = RateClass::Account,
        .successStatus = 201,
        .problems = admin::invitationChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: invitations",
        .summary = "Invite somebody",
        .description =
            "The person gets a mail with a token that works once, for 72 hours (INVITATION_TTL). `conflict`: there is an invitation to that "
            "address that has not ended, its person is a member, or the organization is not active. `rate_limited`: INVITATIONS_PER_DAY, "
            "INVITATIONS_PER_ADDRESS. Who invites an owner must have logged in lately. An invitation works for as long as who sent it is active and "
            "has kept the roles of then.",
        .security = "Nobody invites to a role that allows more than they may. The mail says the slug of the organization, not its name.",
    };
};

struct InvitationResend {
    using Request = InvitationRequest;
    using Response = InvitationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/organizations/{id}/invitations/{invitationId}/resend",
        .operationId = "invitationResend",
        .access = Access::With(Permission::InvitationManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::invitationChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: invitations",
        .summary = "Send an invitation again",
        .description = "It gets another token and lasts as long as a new one; the token before does not work any more. `rate_limited`: it was sent "
                       "within the last minute, or INVITATIONS_PER_DAY, INVITATIONS_PER_ADDRESS.",
    };
};

struct InvitationRevoke {
    using Request = InvitationRequest;
    using Response = InvitationResponse;
    static constexpr EndpointInfo info{
        .method = Method::Delete,
        .path = "/admin/organizations/{id}/invitations/{invitationId}",
        .operationId = "invitationRevoke",
        .access = Access::With(Permission::InvitationManage),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = admin::invitationChange,
        .takesIdempotencyKey = true,
        .tag = "Administration: invitations",
        .summary = "Take an invitation back",
    };
};

} // namespace aegis::endpoints
