#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/time/Instant.h"

#include <QtCore/QString>

#include <vector>

namespace aegis {

/// Somebody with a role of the platform.
struct PlatformStaffDto {
    UserId user;
    QString email;
    QString status;
    QString role;
    Instant since{};
};

template <> struct Fields<PlatformStaffDto> {
    static constexpr std::string_view name = "PlatformStaff";
    static constexpr std::tuple list{
        field("userId", &PlatformStaffDto::user, {.description = "The person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("email", &PlatformStaffDto::email, {.description = "The person's address.", .example = "grace@example.com"}),
        field("status", &PlatformStaffDto::status, {.values = "active,locked,suspended", .description = "Of the account.", .example = "active"}),
        field("role", &PlatformStaffDto::role, {.values = "PLATFORM_ADMIN,PLATFORM_AUDITOR", .description = "Which.", .example = "PLATFORM_AUDITOR"}),
        field("since", &PlatformStaffDto::since, {.description = "Since when.", .example = "2026-11-22T07:30:00.123Z"}),
    };
};

/// All of them.
struct PlatformStaffResponse {
    std::vector<PlatformStaffDto> staff;
    bool isReplayed = false;
};

template <> struct Fields<PlatformStaffResponse> {
    static constexpr std::string_view name = "PlatformStaffResponse";
    static constexpr std::tuple list{
        field("staff", &PlatformStaffResponse::staff, {.description = "By role and address; who has two roles stands there twice."}),
    };
};

/// Names a role of the platform and a person.
struct PlatformRoleRequest {
    UserId user;
    QString role;
};

template <> struct Fields<PlatformRoleRequest> {
    static constexpr std::string_view name = "PlatformRoleRequest";
    static constexpr std::tuple list{
        field("userId", &PlatformRoleRequest::user,
              {.in = In::Path, .description = "Of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("role", &PlatformRoleRequest::role,
              {.in = In::Path, .maxLength = 64, .values = "PLATFORM_ADMIN,PLATFORM_AUDITOR", .description = "Which.", .example = "PLATFORM_AUDITOR"}),
    };
};

} // namespace aegis
