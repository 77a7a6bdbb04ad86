#pragma once

#include "shared/dto/AccountTexts.h"
#include "shared/dto/MailTokenRules.h"
#include "shared/dto/OrganizationDto.h"
#include "shared/dto/PasswordRules.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <vector>

namespace aegis {

/// Somebody who has the mail of an invitation.
struct InvitationTokenRequest {
    Secret token;
};

template <> struct Fields<InvitationTokenRequest> {
    static constexpr std::string_view name = "InvitationTokenRequest";
    static constexpr std::tuple list{
        field("token", &InvitationTokenRequest::token, mailTokenRules),
    };
};

/// What an application shows to who follows the link of an invitation.
struct InvitationPreview {
    QString organizationName;
    QString organizationSlug;
    QString email;
    bool hasAccount = false;
    Instant expiresAt{};
};

template <> struct Fields<InvitationPreview> {
    static constexpr std::string_view name = "InvitationPreview";
    static constexpr std::tuple list{
        field("organizationName", &InvitationPreview::organizationName,
              {.description = "Who invites. It is text that somebody has typed.", .example = "Analytical Engines"}),
        field("organizationSlug", &InvitationPreview::organizationSlug, {.description = "Its unique short name.", .example = "analytical-engines"}),
        field("email", &InvitationPreview::email, {.description = "Whom.", .example = "grace@example.com"}),
        field("hasAccount", &InvitationPreview::hasAccount,
              {.description = "Whether there is an account with that address: its person logs in and joins; else accepting makes one.",
               .example = "false"}),
        field("expiresAt", &InvitationPreview::expiresAt, {.description = "Until when it can be accepted.", .example = "2026-11-25T07:30:00.123Z"}),
    };
};

/// Accepts an invitation with a new account.
struct InvitationAcceptRequest {
    Secret token;
    Secret password;
    std::optional<QString> firstName;
    std::optional<QString> lastName;
};

template <> struct Fields<InvitationAcceptRequest> {
    static constexpr std::string_view name = "InvitationAcceptRequest";
    static constexpr std::tuple list{
        field("token", &InvitationAcceptRequest::token, mailTokenRules),
        field("password", &InvitationAcceptRequest::password,
              {.minLength = 1, .maxLength = 1024, .format = "password", .description = passwordRules, .example = "Correct-Horse-42-Staple"}),
        field("firstName", &InvitationAcceptRequest::firstName,
              {.minLength = 1, .maxLength = 100, .nullable = true, .description = "Given name.", .example = "Grace", .check = checkPersonName}),
        field("lastName", &InvitationAcceptRequest::lastName,
              {.minLength = 1, .maxLength = 100, .nullable = true, .description = "Family name.", .example = "Hopper", .check = checkPersonName}),
    };
};

/// An organization that the caller belongs to.
struct OwnMembershipDto {
    OrganizationDto organization;
    QStringList roles;
    Instant joinedAt{};
    bool current = false;
};

template <> struct Fields<OwnMembershipDto> {
    static constexpr std::string_view name = "OwnMembership";
    static constexpr std::tuple list{
        field("organization", &OwnMembershipDto::organization, {.description = "Where."}),
        field("roles", &OwnMembershipDto::roles, {.description = "What the caller is there.", .example = "MEMBER"}),
        field("joinedAt", &OwnMembershipDto::joinedAt, {.description = "Since when.", .example = "2026-11-22T07:30:00.123Z"}),
        field("current", &OwnMembershipDto::current, {.description = "Whether the session of the call is in it.", .example = "true"}),
    };
};

/// All organizations of the caller.
struct OwnMembershipsResponse {
    std::vector<OwnMembershipDto> memberships;
};

template <> struct Fields<OwnMembershipsResponse> {
    static constexpr std::string_view name = "OwnMembershipsResponse";
    static constexpr std::tuple list{
        field("memberships", &OwnMembershipsResponse::memberships, {.description = "The one joined first comes first."}),
    };
};

/// What the caller is in an organization that it has joined.
struct JoinedResponse {
    OrganizationDto organization;
    QStringList roles;
    bool isReplayed = false;
};

template <> struct Fields<JoinedResponse> {
    static constexpr std::string_view name = "JoinedResponse";
    static constexpr std::tuple list{
        field("organization", &JoinedResponse::organization, {.description = "Where."}),
        field("roles", &JoinedResponse::roles, {.description = "What the invitation has given.", .example = "MEMBER"}),
    };
};

/// Goes on in another organization.
struct OrganizationSwitchRequest {
    OrganizationId organization;
    std::optional<Secret> refreshToken; ///< nothing: the cookie's
};

template <> struct Fields<OrganizationSwitchRequest> {
    static constexpr std::string_view name = "OrganizationSwitchRequest";
    static constexpr std::tuple list{
        field("organizationId", &OrganizationSwitchRequest::organization,
              {.description = "One of the caller's organizations.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("refreshToken", &OrganizationSwitchRequest::refreshToken,
              {.minLength = 1,
               .maxLength = 4096,
               .description = "The newest refresh token of the session. Left out when it is in a cookie.",
               .example = "eyJhbGciOiJIUzI1NiJ9..."}),
    };
};

} // namespace aegis
