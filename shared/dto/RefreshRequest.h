#pragma once

#include "shared/json/Field.h"
#include "shared/text/Secret.h"

#include <optional>

namespace aegis {

/// Asks for a new pair of tokens.
struct RefreshRequest {
    std::optional<Secret> refreshToken; ///< nothing: the cookie's
};

template <> struct Fields<RefreshRequest> {
    static constexpr std::string_view name = "RefreshRequest";
    static constexpr std::tuple list{
        field("refreshToken", &RefreshRequest::refreshToken,
              {.minLength = 1,
               .maxLength = 4096,
               .description = "The newest refresh token of the session. Left out when it is in a cookie.",
               .example = "eyJhbGciOiJIUzI1NiJ9..."}),
    };
};

} // namespace aegis
