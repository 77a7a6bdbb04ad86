#pragma once

#include "shared/dto/admin/ListPage.h"
#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/time/Instant.h"

#include <QtCore/QStringList>

#include <optional>
#include <vector>

namespace aegis {

/// A person, as seen by an administrator.
struct ManagedUserDto {
    UserId id;
    QString email;
    std::optional<QString> firstName;
    std::optional<QString> lastName;
    QString status;
    std::optional<Instant> lockedUntil;
    bool emailVerified = false;
    bool mfaEnabled = false;
    std::optional<OrganizationId> managedBy;
    QStringList roles;
    QStringList platformRoles;
    std::optional<Instant> lastLoginAt;
    Instant createdAt{};
    int version = 0;
};

template <> struct Fields<ManagedUserDto> {
    static constexpr std::string_view name = "ManagedUser";
    static constexpr std::tuple list{
        field("id", &ManagedUserDto::id, {.description = "Stable id of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("email", &ManagedUserDto::email, {.format = "email", .description = "In lower case.", .example = "ada@example.com"}),
        field("firstName", &ManagedUserDto::firstName, {.nullable = true, .description = "Given name.", .example = "Ada"}),
        field("lastName", &ManagedUserDto::lastName, {.nullable = true, .description = "Family name.", .example = "Lovelace"}),
        field("status", &ManagedUserDto::status,
              {.values = "active,locked,suspended", .description = "Whether the person may log in.", .example = "active"}),
        field("lockedUntil", &ManagedUserDto::lockedUntil,
              {.nullable = true,
               .description = "When a lock ends by itself; null: not at all, or there is none.",
               .example = "2026-11-22T08:00:00.123Z"}),
        field("emailVerified", &ManagedUserDto::emailVerified,
              {.description = "Whether the address was proved to be the person's.", .example = "true"}),
        field("mfaEnabled", &ManagedUserDto::mfaEnabled, {.description = "Whether there is a second factor.", .example = "false"}),
        field("managedBy", &ManagedUserDto::managedBy,
              {.nullable = true,
               .description = "The organization that may lock, suspend and reset the account; null: only the platform may.",
               .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("roles", &ManagedUserDto::roles,
              {.description = "In the organization of the caller; for who sees every organization, in all of them.", .example = "MEMBER"}),
        field("platformRoles", &ManagedUserDto::platformRoles, {.description = "Of the platform; told only to who has one.", .example = ""}),
        field("lastLoginAt", &ManagedUserDto::lastLoginAt,
              {.nullable = true, .description = "When the person last logged in; null: never.", .example = "2026-11-22T07:30:00.123Z"}),
        field("createdAt", &ManagedUserDto::createdAt, {.description = "When the account was made.", .example = "2026-11-22T07:30:00.123Z"}),
        field("version", &ManagedUserDto::version, {.description = "Counts the changes of the account; the ETag is made of it.", .example = "3"}),
    };
};

/// One of them, with the tag that a change names.
struct ManagedUserResponse {
    ManagedUserDto user;
    QString etag;
    bool isReplayed = false;

    int version() const { return user.version; }
};

template <> struct Fields<ManagedUserResponse> {
    static constexpr std::string_view name = "ManagedUserResponse";
    static constexpr std::tuple list{
        field("user", &ManagedUserResponse::user, {.description = "As it is now."}),
        field("ETag", &ManagedUserResponse::etag, {.in = In::Header, .description = "For `If-Match` of the next change.", .example = "\"3\""}),
    };
};

/// A page of people.
struct ManagedUserPage {
    std::vector<ManagedUserDto> users;
    std::optional<QString> next;
    std::optional<QString> previous;
    std::optional<RowCount> count;
};

template <> struct Fields<ManagedUserPage> {
    static constexpr std::string_view name = "ManagedUserPage";
    static constexpr std::tuple list{
        field("users", &ManagedUserPage::users, {.description = "In the order asked for; else the newest first."}),
        field("next", &ManagedUserPage::next,
              {.nullable = true, .description = "`cursor` of the page after it; null: there is none.", .example = "AQID"}),
        field("previous", &ManagedUserPage::previous,
              {.nullable = true, .description = "`cursor` of the page before it, with `backwards`; null: there is none.", .example = "AQIE"}),
        field("count", &ManagedUserPage::count, {.description = "If it was asked for."}),
    };
};

/// Names one person.
struct ManagedUserRequest {
    UserId id;
};

template <> struct Fields<ManagedUserRequest> {
    static constexpr std::string_view name = "ManagedUserRequest";
    static constexpr std::tuple list{
        field("id", &ManagedUserRequest::id, {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
    };
};

/// Ends what an administrator did to an account.
struct AccountReliefRequest {
    UserId id;
    std::optional<QString> ifMatch;
};

template <> struct Fields<AccountReliefRequest> {
    static constexpr std::string_view name = "AccountReliefRequest";
    static constexpr std::tuple list{
        field("id", &AccountReliefRequest::id, {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("If-Match", &AccountReliefRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
    };
};

/// Takes something from an account, for a reason that stays in the audit trail.
struct AccountMeasureRequest {
    UserId id;
    std::optional<QString> ifMatch;
    QString note;
};

template <> struct Fields<AccountMeasureRequest> {
    static constexpr std::string_view name = "AccountMeasureRequest";
    static constexpr std::tuple list{
        field("id", &AccountMeasureRequest::id, {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("If-Match", &AccountMeasureRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
        field("note", &AccountMeasureRequest::note,
              {.minLength = 1, .maxLength = 500, .description = "Why; it stays in the audit trail.", .example = "Ticket 4711: the phone was lost"}),
    };
};

/// Locks an account.
struct AccountLockRequest {
    UserId id;
    std::optional<QString> ifMatch;
    QString note;
    std::optional<Instant> until;
};

template <> struct Fields<AccountLockRequest> {
    static constexpr std::string_view name = "AccountLockRequest";
    static constexpr std::tuple list{
        field("id", &AccountLockRequest::id, {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("If-Match", &AccountLockRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
        field("note", &AccountLockRequest::note,
              {.minLength = 1, .maxLength = 500, .description = "Why; it stays in the audit trail.", .example = "Logins from two continents"}),
        field("until", &AccountLockRequest::until,
              {.description = "When it ends by itself; absent: when somebody ends it.", .example = "2027-11-22T07:30:00.123Z"}),
    };
};

} // namespace aegis
