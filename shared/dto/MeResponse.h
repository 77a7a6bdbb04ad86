#pragma once

#include "shared/dto/OrganizationDto.h"
#include "shared/dto/SessionDto.h"
#include "shared/dto/UserDto.h"

#include <QtCore/QStringList>

namespace aegis {

/// Who the access token belongs to, where, and in which session.
struct MeResponse {
    UserDto user;
    std::optional<OrganizationDto> organization;
    QStringList roles;
    SessionDto session;
};

template <> struct Fields<MeResponse> {
    static constexpr std::string_view name = "MeResponse";
    static constexpr std::tuple list{
        field("user", &MeResponse::user, {.description = "The person."}),
        field("organization", &MeResponse::organization,
              {.nullable = true, .description = "The organization that the session is in; null when it is in none."}),
        field("roles", &MeResponse::roles, {.description = "The person's roles in that organization.", .example = "ORGANIZATION_OWNER"}),
        field("session", &MeResponse::session, {.description = "The session of the access token."}),
    };
};

} // namespace aegis
