#pragma once

#include "shared/dto/AccountTexts.h"
#include "shared/dto/admin/ListPage.h"
#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <vector>

namespace aegis {

/// An organization, as seen by an administrator.
struct ManagedOrganizationDto {
    OrganizationId id;
    QString name;
    QString slug;
    QString status;
    qint64 members = 0;
    Instant createdAt{};
    std::optional<Instant> deletedAt;
    int version = 0;
};

template <> struct Fields<ManagedOrganizationDto> {
    static constexpr std::string_view name = "ManagedOrganization";
    static constexpr std::tuple list{
        field("id", &ManagedOrganizationDto::id,
              {.description = "Stable id of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("name", &ManagedOrganizationDto::name, {.description = "As people write it.", .example = "Analytical Engines"}),
        field("slug", &ManagedOrganizationDto::slug, {.description = "Unique short name.", .example = "analytical-engines"}),
        field("status", &ManagedOrganizationDto::status,
              {.values = "active,pending,suspended,deleted", .description = "Whether it may be used.", .example = "active"}),
        field("members", &ManagedOrganizationDto::members, {.description = "How many people have a role in it.", .example = "12"}),
        field("createdAt", &ManagedOrganizationDto::createdAt, {.description = "When it was founded.", .example = "2026-11-22T07:30:00.123Z"}),
        field("deletedAt", &ManagedOrganizationDto::deletedAt,
              {.nullable = true,
               .description = "When it was deleted; it can be restored for 30 days. Null: it was not.",
               .example = "2026-11-29T07:30:00.123Z"}),
        field("version", &ManagedOrganizationDto::version, {.description = "Counts its changes; the ETag is made of it.", .example = "3"}),
    };
};

/// One of them, with the tag that a change names.
struct ManagedOrganizationResponse {
    ManagedOrganizationDto organization;
    QString etag;
    bool isReplayed = false;

    int version() const { return organization.version; }
};

template <> struct Fields<ManagedOrganizationResponse> {
    static constexpr std::string_view name = "ManagedOrganizationResponse";
    static constexpr std::tuple list{
        field("organization", &ManagedOrganizationResponse::organization, {.description = "As it is now."}),
        field("ETag", &ManagedOrganizationResponse::etag,
              {.in = In::Header, .description = "For `If-Match` of the next change.", .example = "\"3\""}),
    };
};

/// A page of organizations.
struct ManagedOrganizationPage {
    std::vector<ManagedOrganizationDto> organizations;
    std::optional<QString> next;
    std::optional<QString> previous;
    std::optional<RowCount> count;
};

template <> struct Fields<ManagedOrganizationPage> {
    static constexpr std::string_view name = "ManagedOrganizationPage";
    static constexpr std::tuple list{
        field("organizations", &ManagedOrganizationPage::organizations, {.description = "In the order asked for; else the newest first."}),
        field("next", &ManagedOrganizationPage::next,
              {.nullable = true, .description = "`cursor` of the page after it; null: there is none.", .example = "AQID"}),
        field("previous", &ManagedOrganizationPage::previous,
              {.nullable = true, .description = "`cursor` of the page before it, with `backwards`; null: there is none.", .example = "AQIE"}),
        field("count", &ManagedOrganizationPage::count, {.description = "If it was asked for."}),
    };
};

/// Names one organization.
struct ManagedOrganizationRequest {
    OrganizationId id;
};

template <> struct Fields<ManagedOrganizationRequest> {
    static constexpr std::string_view name = "ManagedOrganizationRequest";
    static constexpr std::tuple list{
        field("id", &ManagedOrganizationRequest::id,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
    };
};

/// Makes an organization for others.
struct OrganizationCreateRequest {
    QString name;
    QString slug;
    QString ownerEmail;
};

template <> struct Fields<OrganizationCreateRequest> {
    static constexpr std::string_view name = "OrganizationCreateRequest";
    static constexpr std::tuple list{
        field("name", &OrganizationCreateRequest::name,
              {.minLength = 1,
               .maxLength = 200,
               .description = "As people write it.",
               .example = "Analytical Engines",
               .check = checkOrganizationName}),
        field("slug", &OrganizationCreateRequest::slug,
              {.minLength = 1,
               .maxLength = 255,
               .pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
               .documentedMinLength = 3,
               .documentedMaxLength = 63,
               .description = "Unique short name.",
               .example = "analytical-engines",
               .check = checkSlug}),
        field("ownerEmail", &OrganizationCreateRequest::ownerEmail,
              {.minLength = 1,
               .maxLength = 254,
               .format = "email",
               .description = "Who is invited to be its owner.",
               .example = "ada@example.com",
               .check = checkEmail}),
    };
};

/// Gives an organization another name or slug.
struct OrganizationUpdateRequest {
    OrganizationId id;
    std::optional<QString> ifMatch;
    std::optional<QString> name;
    std::optional<QString> slug;
};

template <> struct Fields<OrganizationUpdateRequest> {
    static constexpr std::string_view name = "OrganizationUpdateRequest";
    static constexpr std::tuple list{
        field("id", &OrganizationUpdateRequest::id,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("If-Match", &OrganizationUpdateRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
        field("name", &OrganizationUpdateRequest::name,
              {.minLength = 1,
               .maxLength = 200,
               .description = "The new name; absent: it stays.",
               .example = "Analytical Engines",
               .check = checkOrganizationName}),
        field("slug", &OrganizationUpdateRequest::slug,
              {.minLength = 1,
               .maxLength = 255,
               .pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
               .documentedMinLength = 3,
               .documentedMaxLength = 63,
               .description = "The new slug; absent: it stays.",
               .example = "analytical-engines",
               .check = checkSlug}),
    };
};

/// Lets an organization be used again.
struct OrganizationReliefRequest {
    OrganizationId id;
    std::optional<QString> ifMatch;
};

template <> struct Fields<OrganizationReliefRequest> {
    static constexpr std::string_view name = "OrganizationReliefRequest";
    static constexpr std::tuple list{
        field("id", &OrganizationReliefRequest::id,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("If-Match", &OrganizationReliefRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
    };
};

/// Stops an organization, for a reason that stays in the audit trail.
struct OrganizationMeasureRequest {
    OrganizationId id;
    std::optional<QString> ifMatch;
    QString note;
};

template <> struct Fields<OrganizationMeasureRequest> {
    static constexpr std::string_view name = "OrganizationMeasureRequest";
    static constexpr std::tuple list{
        field("id", &OrganizationMeasureRequest::id,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("If-Match", &OrganizationMeasureRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
        field("note", &OrganizationMeasureRequest::note,
              {.minLength = 1, .maxLength = 500, .description = "Why; it stays in the audit trail.", .example = "Invoice 4711 was never paid"}),
    };
};

/// Names a role of a person in an organization.
struct MemberRoleRequest {
    OrganizationId organization;
    UserId user;
    QString role;
};

template <> struct Fields<MemberRoleRequest> {
    static constexpr std::string_view name = "MemberRoleRequest";
    static constexpr std::tuple list{
        field("id", &MemberRoleRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("userId", &MemberRoleRequest::user,
              {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("role", &MemberRoleRequest::role,
              {.in = In::Path, .minLength = 1, .maxLength = 64, .description = "Name of the role.", .example = "ADMIN"}),
    };
};

/// Names a member of an organization.
struct MemberRequest {
    OrganizationId organization;
    UserId user;
};

template <> struct Fields<MemberRequest> {
    static constexpr std::string_view name = "MemberRequest";
    static constexpr std::tuple list{
        field("id", &MemberRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("userId", &MemberRequest::user, {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
    };
};

/// What a person is in an organization.
struct MembershipResponse {
    UserId user;
    QStringList roles;
    bool isReplayed = false;
};

template <> struct Fields<MembershipResponse> {
    static constexpr std::string_view name = "MembershipResponse";
    static constexpr std::tuple list{
        field("userId", &MembershipResponse::user, {.description = "The person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("roles", &MembershipResponse::roles, {.description = "Its roles there now; none: it is no member.", .example = "ADMIN,MEMBER"}),
    };
};

} // namespace aegis
