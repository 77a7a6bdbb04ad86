#pragma once

#include "shared/dto/admin/ListPage.h"
#include "shared/ids/Id.h"
#include "shared/dto/AccountTexts.h"

#include <vector>

namespace aegis {

/// A role in an organization.
struct OrganizationRoleDto {
    QString name;
    bool builtIn = false;
    QStringList permissions;
    qint64 members = 0;
    int version = 0;
};

template <> struct Fields<OrganizationRoleDto> {
    static constexpr std::string_view name = "OrganizationRole";
    static constexpr std::tuple list{
        field("name", &OrganizationRoleDto::name, {.description = "Unique in the organization.", .example = "SUPPORT"}),
        field("builtIn", &OrganizationRoleDto::builtIn,
              {.description = "Whether every organization has it; then it is as it is.", .example = "false"}),
        field("permissions", &OrganizationRoleDto::permissions, {.description = "What it allows.", .example = "session.read,session.revoke"}),
        field("members", &OrganizationRoleDto::members, {.description = "How many people have it.", .example = "3"}),
        field("version", &OrganizationRoleDto::version, {.description = "Counts its changes; the ETag is made of it.", .example = "1"}),
    };
};

/// One of them, with the tag that a change names.
struct OrganizationRoleResponse {
    OrganizationRoleDto role;
    QString etag;
    bool isReplayed = false;

    int version() const { return role.version; }
};

template <> struct Fields<OrganizationRoleResponse> {
    static constexpr std::string_view name = "OrganizationRoleResponse";
    static constexpr std::tuple list{
        field("role", &OrganizationRoleResponse::role, {.description = "As it is now."}),
        field("ETag", &OrganizationRoleResponse::etag, {.in = In::Header, .description = "For `If-Match` of the next change.", .example = "\"3\""}),
    };
};

/// All roles of an organization.
struct OrganizationRolesResponse {
    std::vector<OrganizationRoleDto> roles;
};

template <> struct Fields<OrganizationRolesResponse> {
    static constexpr std::string_view name = "OrganizationRolesResponse";
    static constexpr std::tuple list{
        field("roles", &OrganizationRolesResponse::roles, {.description = "First those that every organization has, then its own by name."}),
    };
};

/// Asks for an organization's roles.
struct OrganizationRoleListRequest {
    OrganizationId organization;
};

template <> struct Fields<OrganizationRoleListRequest> {
    static constexpr std::string_view name = "OrganizationRoleListRequest";
    static constexpr std::tuple list{
        field("id", &OrganizationRoleListRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
    };
};

/// Names a role of an organization.
struct OrganizationRoleRequest {
    OrganizationId organization;
    QString role;
    std::optional<QString> ifMatch;
};

template <> struct Fields<OrganizationRoleRequest> {
    static constexpr std::string_view name = "OrganizationRoleRequest";
    static constexpr std::tuple list{
        field("id", &OrganizationRoleRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("role", &OrganizationRoleRequest::role,
              {.in = In::Path, .minLength = 1, .maxLength = 64, .description = "Name of the role.", .example = "SUPPORT"}),
        field("If-Match", &OrganizationRoleRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
    };
};

/// Makes a role of the organization's own, or says what it allows from now on.
struct OrganizationRolePutRequest {
    OrganizationId organization;
    QString role;
    std::optional<QString> ifMatch;
    QStringList permissions;
};

template <> struct Fields<OrganizationRolePutRequest> {
    static constexpr std::string_view name = "OrganizationRolePutRequest";
    static constexpr std::tuple list{
        field("id", &OrganizationRolePutRequest::organization,
              {.in = In::Path, .description = "Of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("role", &OrganizationRolePutRequest::role,
              {.in = In::Path,
               .minLength = 2,
               .maxLength = 63,
               .pattern = "^[A-Z][A-Z0-9_]{1,62}$",
               .description = "Name of the role: capital letters, digits and `_`.",
               .example = "SUPPORT",
               .check = checkRoleName}),
        field("If-Match", &OrganizationRolePutRequest::ifMatch,
              {.in = In::Header, .maxLength = 200, .description = "The ETag that was looked at; absent: whatever there is.", .example = "\"3\""}),
        field("permissions", &OrganizationRolePutRequest::permissions,
              {.maxLength = 64, .description = "What it allows, names of GET /admin/permissions.", .example = "session.read,session.revoke"}),
    };
};

/// Something that somebody may be allowed to do.
struct PermissionDto {
    QString name;
    QString meaning;
    bool platformOnly = false;
};

template <> struct Fields<PermissionDto> {
    static constexpr std::string_view name = "Permission";
    static constexpr std::tuple list{
        field("name", &PermissionDto::name, {.description = "As roles have it.", .example = "session.revoke"}),
        field("meaning", &PermissionDto::meaning, {.description = "What it allows, in English.", .example = "end sessions of its members"}),
        field("platformOnly", &PermissionDto::platformOnly, {.description = "Whether no role of an organization can have it.", .example = "false"}),
    };
};

/// All there are.
struct PermissionsResponse {
    std::vector<PermissionDto> permissions;
};

template <> struct Fields<PermissionsResponse> {
    static constexpr std::string_view name = "PermissionsResponse";
    static constexpr std::tuple list{
        field("permissions", &PermissionsResponse::permissions, {.description = "In the order of the catalogue."}),
    };
};

} // namespace aegis
