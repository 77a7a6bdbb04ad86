#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/time/Instant.h"

#include <QtCore/QStringList>

#include <optional>
#include <vector>

namespace aegis {

/// What was, or is, different.
struct StateDifferenceDto {
    QString field;
    std::optional<QString> then;
    std::optional<QString> now;
};

template <> struct Fields<StateDifferenceDto> {
    static constexpr std::string_view name = "StateDifference";
    static constexpr std::tuple list{
        field("field", &StateDifferenceDto::field,
              {.description = "Name of the field of `state`; of a membership followed by a dot and the id of whom or where.", .example = "status"}),
        field("then", &StateDifferenceDto::then, {.nullable = true, .description = "What it was, as text; null: nothing.", .example = "suspended"}),
        field("now", &StateDifferenceDto::now, {.nullable = true, .description = "What it is, as text; null: nothing.", .example = "active"}),
    };
};

/// What a person is in an organization.
struct MembershipStateDto {
    OrganizationId organization;
    QStringList roles;
};

template <> struct Fields<MembershipStateDto> {
    static constexpr std::string_view name = "MembershipState";
    static constexpr std::tuple list{
        field("organizationId", &MembershipStateDto::organization,
              {.description = "The organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("roles", &MembershipStateDto::roles, {.description = "In the order of their names.", .example = "ADMIN,MEMBER"}),
    };
};

/// A person at a moment.
struct UserStateDto {
    std::optional<QString> status;
    std::optional<Instant> lockedUntil;
    std::optional<bool> emailVerified;
    std::optional<OrganizationId> managedBy;
    std::vector<MembershipStateDto> memberships;
    QStringList platformRoles;
};

template <> struct Fields<UserStateDto> {
    static constexpr std::string_view name = "UserState";
    static constexpr std::tuple list{
        field("status", &UserStateDto::status,
              {.nullable = true,
               .values = "active,locked,suspended",
               .description = "Whether the person might log in; null: nothing that the caller may see tells it.",
               .example = "active"}),
        field("lockedUntil", &UserStateDto::lockedUntil,
              {.nullable = true, .description = "When a lock was to end by itself.", .example = "2026-11-22T08:00:00.123Z"}),
        field("emailVerified", &UserStateDto::emailVerified,
              {.nullable = true, .description = "Whether the address had been proved; null: nothing tells it.", .example = "true"}),
        field("managedBy", &UserStateDto::managedBy,
              {.nullable = true,
               .description = "The organization that might lock, suspend and reset the account; null: none, or nothing tells it.",
               .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("memberships", &UserStateDto::memberships,
              {.description = "In the organization of the caller; for who sees every organization, in all of them."}),
        field("platformRoles", &UserStateDto::platformRoles, {.description = "Of the platform; told only to who has one.", .example = ""}),
    };
};

/// What a member of an organization is in it.
struct MemberStateDto {
    UserId user;
    QStringList roles;
};

template <> struct Fields<MemberStateDto> {
    static constexpr std::string_view name = "MemberState";
    static constexpr std::tuple list{
        field("userId", &MemberStateDto::user, {.description = "The person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("roles", &MemberStateDto::roles, {.description = "In the order of their names.", .example = "ADMIN,MEMBER"}),
    };
};

/// An organization at a moment.
struct OrganizationStateDto {
    std::optional<QString> name;
    std::optional<QString> slug;
    std::optional<QString> status;
    std::optional<Instant> deletedAt;
    qint64 memberCount = 0;
    std::vector<MemberStateDto> members;
};

template <> struct Fields<OrganizationStateDto> {
    static constexpr std::string_view name = "OrganizationState";
    static constexpr std::tuple list{
        field("name", &OrganizationStateDto::name,
              {.nullable = true, .description = "As people wrote it; null: nothing tells it.", .example = "Analytical Engines"}),
        field("slug", &OrganizationStateDto::slug,
              {.nullable = true, .description = "Unique short name; null: nothing tells it.", .example = "analytical-engines"}),
        field("status", &OrganizationStateDto::status,
              {.nullable = true,
               .values = "active,pending,suspended,deleted",
               .description = "Whether it might be used; null: nothing tells it.",
               .example = "active"}),
        field("deletedAt", &OrganizationStateDto::deletedAt,
              {.nullable = true, .description = "When it had been deleted.", .example = "2026-11-29T07:30:00.123Z"}),
        field("memberCount", &OrganizationStateDto::memberCount, {.description = "How many people had a role in it.", .example = "12"}),
        field("members", &OrganizationStateDto::members, {.description = "In the order of their ids; at most 1000 are told."}),
    };
};

/// Asks for a person as it was.
struct UserAsOfRequest {
    UserId id;
    Instant time{};
};

template <> struct Fields<UserAsOfRequest> {
    static constexpr std::string_view name = "UserAsOfRequest";
    static constexpr std::tuple list{
        field("id", &UserAsOfRequest::id, {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("time", &UserAsOfRequest::time,
              {.in = In::Query, .description = "The moment, not in the future; what happened in it counts.", .example = "2026-11-22T07:30:00.123Z"}),
    };
};

/// Asks for an organization as it was.
struct OrganizationAsOfRequest {
    OrganizationId id;
    Instant time{};
};

template <> struct Fields<OrganizationAsOfRequest> {
    static constexpr std::string_view name = "OrganizationAsOfRequest";
    static constexpr std::tuple list{
        field("id", &OrganizationAsOfRequest::id,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("time", &OrganizationAsOfRequest::time,
              {.in = In::Query, .description = "The moment, not in the future; what happened in it counts.", .example = "2026-11-22T07:30:00.123Z"}),
    };
};

namespace asof {

inline constexpr FieldRules asOf{.description = "The moment that was asked for.", .example = "2026-11-22T07:30:00.123Z"};
inline constexpr FieldRules known{
    .values = "all,part,not_yet,nothing",
    .description = "`all`: the events begin with its creation. `part`: they begin later (they have expired, or the caller sees only those of its "
                   "organization), and null is what they do not tell. `not_yet`: it was made after that moment. `nothing`: no event from until then "
                   "tells of it.",
    .example = "all"};
inline constexpr FieldRules firstEventAt{.nullable = true,
                                         .description = "From when on there are events about it that the caller may see; null: there are none.",
                                         .example = "2026-11-20T07:30:00.123Z"};
inline constexpr FieldRules state{.nullable = true, .description = "As the events tell it; null with `not_yet` and `nothing`."};
inline constexpr FieldRules now{.nullable = true, .description = "As it is; null: it is not there, or not the caller's to see any more."};
inline constexpr FieldRules differences{.description = "Between the two, as far as both are known."};

} // namespace asof

/// A person as it was and as it is.
struct UserAsOfResponse {
    Instant asOf{};
    QString known;
    std::optional<Instant> firstEventAt;
    std::optional<UserStateDto> state;
    std::optional<UserStateDto> now;
    std::vector<StateDifferenceDto> differences;
};

template <> struct Fields<UserAsOfResponse> {
    static constexpr std::string_view name = "UserAsOf";
    static constexpr std::tuple list{
        field("asOf", &UserAsOfResponse::asOf, asof::asOf),
        field("known", &UserAsOfResponse::known, asof::known),
        field("firstEventAt", &UserAsOfResponse::firstEventAt, asof::firstEventAt),
        field("state", &UserAsOfResponse::state, asof::state),
        field("now", &UserAsOfResponse::now, asof::now),
        field("differences", &UserAsOfResponse::differences, asof::differences),
    };
};

/// An organization as it was and as it is.
struct OrganizationAsOfResponse {
    Instant asOf{};
    QString known;
    std::optional<Instant> firstEventAt;
    std::optional<OrganizationStateDto> state;
    std::optional<OrganizationStateDto> now;
    std::vector<StateDifferenceDto> differences;
};

template <> struct Fields<OrganizationAsOfResponse> {
    static constexpr std::string_view name = "OrganizationAsOf";
    static constexpr std::tuple list{
        field("asOf", &OrganizationAsOfResponse::asOf, asof::asOf),
        field("known", &OrganizationAsOfResponse::known, asof::known),
        field("firstEventAt", &OrganizationAsOfResponse::firstEventAt, asof::firstEventAt),
        field("state", &OrganizationAsOfResponse::state, asof::state),
        field("now", &OrganizationAsOfResponse::now, asof::now),
        field("differences", &OrganizationAsOfResponse::differences, asof::differences),
    };
};

} // namespace aegis
