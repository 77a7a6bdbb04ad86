#pragma once

#include "shared/json/Field.h"
#include "shared/text/Secret.h"

namespace aegis {

/// Asks for a new pair of tokens.
struct RefreshRequest {
    Secret refreshToken;
};

template <> struct Fields<RefreshRequest> {
    static constexpr std::string_view name = "RefreshRequest";
    static constexpr std::tuple list{
        field("refreshToken", &RefreshRequest::refreshToken,
              {.minLength = 1, .maxLength = 4096, .description = "The newest refresh token of the session.", .example = "eyJhbGciOiJIUzI1NiJ9..."}),
    };
};

} // namespace aegis
