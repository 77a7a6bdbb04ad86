#pragma once

#include "shared/dto/OrganizationDto.h"
#include "shared/dto/UserDto.h"
#include "shared/text/Secret.h"

namespace aegis {

/// What signup, register and login give: who it is, and the session's first tokens.
struct AuthResponse {
    UserDto user;
    std::optional<OrganizationDto> organization;
    std::optional<Secret> accessToken;  ///< nothing: it is in a cookie
    std::optional<Secret> refreshToken; ///< nothing: it is in a cookie
    QString tokenType = QStringLiteral("Bearer");
    qint64 expiresIn = 0;        ///< seconds
    qint64 refreshExpiresIn = 0; ///< seconds
    SessionId sessionId;
};

template <> struct Fields<AuthResponse> {
    static constexpr std::string_view name = "AuthResponse";
    static constexpr std::tuple list{
        field("user", &AuthResponse::user, {.description = "Who logged in."}),
        field("organization", &AuthResponse::organization,
              {.nullable = true, .description = "The organization that the session is in; null when it is in none."}),
        field("accessToken", &AuthResponse::accessToken,
              {.description = "JWT for `Authorization: Bearer`. Absent with `X-Token-Delivery: cookie`: then it is in a cookie.",
               .example = "eyJhbGciOiJFUzI1NiJ9..."}),
        field("refreshToken", &AuthResponse::refreshToken,
              {.description = "For POST /auth/refresh; works once. Absent with `X-Token-Delivery: cookie`.", .example = "eyJhbGciOiJIUzI1NiJ9..."}),
        field("tokenType", &AuthResponse::tokenType, {.description = "Always `Bearer`.", .example = "Bearer"}),
        field("expiresIn", &AuthResponse::expiresIn, {.description = "Seconds until the access token expires.", .example = "900"}),
        field("refreshExpiresIn", &AuthResponse::refreshExpiresIn, {.description = "Seconds until the refresh token expires.", .example = "604800"}),
        field("sessionId", &AuthResponse::sessionId,
              {.description = "The session that the tokens belong to.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
    };
};

/// The answer to a signup or a registration: on the wire the same.
struct RegistrationResponse : AuthResponse {
    bool isReplayed = false; ///< it was given before, under the same Idempotency-Key; said by a header field
};

template <> struct Fields<RegistrationResponse> : Fields<AuthResponse> {
};

} // namespace aegis
