#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"

#include <QtCore/QStringList>

namespace aegis {

/// Whose a valid access token is, for reverse proxies: header fields only, no body.
struct VerifyResponse {
    UserId subject;
    SessionId session;
    std::optional<OrganizationId> organization;
    QStringList roles;
};

template <> struct Fields<VerifyResponse> {
    static constexpr std::string_view name = "VerifyResponse";
    static constexpr std::tuple list{
        field("X-Auth-Subject", &VerifyResponse::subject,
              {.in = In::Header, .description = "Id of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("X-Auth-Session", &VerifyResponse::session,
              {.in = In::Header, .description = "Id of the session.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
        field("X-Auth-Organization", &VerifyResponse::organization,
              {.in = In::Header,
               .description = "Id of the organization; absent when the session is in none.",
               .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("X-Auth-Roles", &VerifyResponse::roles,
              {.in = In::Header, .description = "Roles in that organization, apart by commas.", .example = "ORGANIZATION_OWNER"}),
    };
};

} // namespace aegis
