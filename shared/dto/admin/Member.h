#pragma once

#include "shared/dto/admin/ListPage.h"
#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <vector>

namespace aegis {

/// A member of an organization.
struct MemberDto {
    UserId id;
    QString email;
    std::optional<QString> firstName;
    std::optional<QString> lastName;
    QString status;
    QStringList roles;
    Instant joinedAt{};
};

template <> struct Fields<MemberDto> {
    static constexpr std::string_view name = "Member";
    static constexpr std::tuple list{
        field("id", &MemberDto::id, {.description = "The person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("email", &MemberDto::email, {.description = "The person's address.", .example = "grace@example.com"}),
        field("firstName", &MemberDto::firstName, {.nullable = true, .description = "Given name.", .example = "Grace"}),
        field("lastName", &MemberDto::lastName, {.nullable = true, .description = "Family name.", .example = "Hopper"}),
        field("status", &MemberDto::status, {.values = "active,locked,suspended", .description = "Of the account.", .example = "active"}),
        field("roles", &MemberDto::roles, {.description = "What the person is in this organization.", .example = "ADMIN,MEMBER"}),
        field("joinedAt", &MemberDto::joinedAt,
              {.description = "Since when: of the roles held now the oldest.", .example = "2026-11-22T07:30:00.123Z"}),
    };
};

/// A page of members.
struct MemberPage {
    std::vector<MemberDto> members;
    std::optional<QString> next;
    std::optional<QString> previous;
    std::optional<RowCount> count;
};

template <> struct Fields<MemberPage> {
    static constexpr std::string_view name = "MemberPage";
    static constexpr std::tuple list{
        field("members", &MemberPage::members, {.description = "In the order asked for; else by address."}),
        field("next", &MemberPage::next, {.nullable = true, .description = "`cursor` of the page after it; null: there is none.", .example = "AQID"}),
        field("previous", &MemberPage::previous,
              {.nullable = true, .description = "`cursor` of the page before it, with `backwards`; null: there is none.", .example = "AQIE"}),
        field("count", &MemberPage::count, {.description = "If it was asked for."}),
    };
};

/// Asks for a page of an organization's members.
struct MemberListRequest : ListPageRequest {
    OrganizationId organization;
};

template <> struct Fields<MemberListRequest> {
    static constexpr std::string_view name = "MemberListRequest";
    static constexpr std::tuple list = std::tuple_cat(
        std::tuple{field("id", &MemberListRequest::organization,
                         {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"})},
        Fields<ListPageRequest>::list);
};

/// Makes a member the organization's owner.
struct OwnershipTransferRequest {
    OrganizationId organization;
    UserId user;
};

template <> struct Fields<OwnershipTransferRequest> {
    static constexpr std::string_view name = "OwnershipTransferRequest";
    static constexpr std::tuple list{
        field("id", &OwnershipTransferRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("userId", &OwnershipTransferRequest::user, {.description = "The member.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
    };
};

} // namespace aegis
