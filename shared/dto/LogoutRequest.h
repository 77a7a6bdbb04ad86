#pragma once

#include "shared/json/Field.h"
#include "shared/text/Secret.h"

#include <optional>

namespace aegis {

/// Ends the session of the access token; the whole body may be left out.
struct LogoutRequest {
    std::optional<Secret> refreshToken;
    std::optional<bool> allDevices;
};

template <> struct Fields<LogoutRequest> {
    static constexpr std::string_view name = "LogoutRequest";
    static constexpr std::tuple list{
        field("refreshToken", &LogoutRequest::refreshToken,
              {.minLength = 1,
               .maxLength = 4096,
               .nullable = true,
               .description = "A refresh token whose session shall end too; one of somebody else ends nothing.",
               .example = "eyJhbGciOiJIUzI1NiJ9..."}),
        field("allDevices", &LogoutRequest::allDevices, {.nullable = true, .description = "Ends every session of the person.", .example = "false"}),
    };
};

} // namespace aegis
