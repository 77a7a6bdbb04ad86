#pragma once

#include "shared/dto/AccountTexts.h"
#include "shared/dto/admin/ListPage.h"
#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <vector>

namespace aegis {

/// An invitation into an organization, as its administrators see it.
struct InvitationDto {
    InvitationId id;
    QString email;
    QStringList roles;
    QString status;
    UserId invitedBy;
    Instant createdAt{};
    Instant sentAt{};
    Instant expiresAt{};
    std::optional<Instant> endedAt;
};

template <> struct Fields<InvitationDto> {
    static constexpr std::string_view name = "Invitation";
    static constexpr std::tuple list{
        field("id", &InvitationDto::id, {.description = "Stable id of the invitation.", .example = "0193a0f0-7c00-7abc-8def-0000000b0a7d"}),
        field("email", &InvitationDto::email, {.description = "Who was invited.", .example = "grace@example.com"}),
        field("roles", &InvitationDto::roles, {.description = "What the person will be.", .example = "MEMBER"}),
        field("status", &InvitationDto::status,
              {.values = "pending,accepted,revoked,expired", .description = "What became of it.", .example = "pending"}),
        field("invitedBy", &InvitationDto::invitedBy, {.description = "The person who did it.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("createdAt", &InvitationDto::createdAt, {.description = "When it was made.", .example = "2026-11-22T07:30:00.123Z"}),
        field("sentAt", &InvitationDto::sentAt, {.description = "When its mail was last written.", .example = "2026-11-22T07:30:00.123Z"}),
        field("expiresAt", &InvitationDto::expiresAt, {.description = "Until when it can be accepted.", .example = "2026-11-25T07:30:00.123Z"}),
        field("endedAt", &InvitationDto::endedAt,
              {.nullable = true, .description = "When it was accepted or taken back.", .example = "2026-11-23T07:30:00.123Z"}),
    };
};

/// One of them.
struct InvitationResponse {
    InvitationDto invitation;
    bool isReplayed = false;
};

template <> struct Fields<InvitationResponse> {
    static constexpr std::string_view name = "InvitationResponse";
    static constexpr std::tuple list{
        field("invitation", &InvitationResponse::invitation, {.description = "As it is now."}),
    };
};

/// A page of invitations.
struct InvitationPage {
    std::vector<InvitationDto> invitations;
    std::optional<QString> next;
    std::optional<QString> previous;
    std::optional<RowCount> count;
};

template <> struct Fields<InvitationPage> {
    static constexpr std::string_view name = "InvitationPage";
    static constexpr std::tuple list{
        field("invitations", &InvitationPage::invitations, {.description = "In the order asked for; else the newest first."}),
        field("next", &InvitationPage::next,
              {.nullable = true, .description = "`cursor` of the page after it; null: there is none.", .example = "AQID"}),
        field("previous", &InvitationPage::previous,
              {.nullable = true, .description = "`cursor` of the page before it, with `backwards`; null: there is none.", .example = "AQIE"}),
        field("count", &InvitationPage::count, {.description = "If it was asked for."}),
    };
};

/// Asks for a page of an organization's invitations.
struct InvitationListRequest : ListPageRequest {
    OrganizationId organization;
};

template <> struct Fields<InvitationListRequest> {
    static constexpr std::string_view name = "InvitationListRequest";
    static constexpr std::tuple list = std::tuple_cat(
        std::tuple{field("id", &InvitationListRequest::organization,
                         {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"})},
        Fields<ListPageRequest>::list);
};

/// Invites somebody.
struct InvitationCreateRequest {
    OrganizationId organization;
    QString email;
    QStringList roles;
};

template <> struct Fields<InvitationCreateRequest> {
    static constexpr std::string_view name = "InvitationCreateRequest";
    static constexpr std::tuple list{
        field("id", &InvitationCreateRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("email", &InvitationCreateRequest::email,
              {.minLength = 1,
               .maxLength = 254,
               .format = "email",
               .description = "Whom. Compared without regard to case.",
               .example = "grace@example.com",
               .check = checkEmail}),
        field("roles", &InvitationCreateRequest::roles,
              {.minLength = 1, .maxLength = 64, .description = "What the person will be, 1 to 20 names of roles.", .example = "MEMBER"}),
    };
};

/// Names an invitation.
struct InvitationRequest {
    OrganizationId organization;
    InvitationId invitation;
};

template <> struct Fields<InvitationRequest> {
    static constexpr std::string_view name = "InvitationRequest";
    static constexpr std::tuple list{
        field("id", &InvitationRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("invitationId", &InvitationRequest::invitation,
              {.in = In::Path, .description = "Of the invitation.", .example = "0193a0f0-7c00-7abc-8def-0000000b0a7d"}),
    };
};

} // namespace aegis
