#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/text/Secret.h"

#include <QtCore/QString>

#include <optional>

namespace aegis {

/// What refresh gives: the session's next pair of tokens.
struct TokenResponse {
    std::optional<Secret> accessToken;  ///< nothing: it is in a cookie
    std::optional<Secret> refreshToken; ///< nothing: it is in a cookie
    QString tokenType = QStringLiteral("Bearer");
    qint64 expiresIn = 0;        ///< seconds
    qint64 refreshExpiresIn = 0; ///< seconds
    SessionId sessionId;
};

template <> struct Fields<TokenResponse> {
    static constexpr std::string_view name = "TokenResponse";
    static constexpr std::tuple list{
        field("accessToken", &TokenResponse::accessToken,
              {.description = "JWT for `Authorization: Bearer`. Absent with `X-Token-Delivery: cookie`: then it is in a cookie.",
               .example = "eyJhbGciOiJFUzI1NiJ9..."}),
        field("refreshToken", &TokenResponse::refreshToken,
              {.description = "Replaces the one that was sent. Absent with `X-Token-Delivery: cookie`.", .example = "eyJhbGciOiJIUzI1NiJ9..."}),
        field("tokenType", &TokenResponse::tokenType, {.description = "Always `Bearer`.", .example = "Bearer"}),
        field("expiresIn", &TokenResponse::expiresIn, {.description = "Seconds until the access token expires.", .example = "900"}),
        field("refreshExpiresIn", &TokenResponse::refreshExpiresIn, {.description = "Seconds until the refresh token expires.", .example = "604800"}),
        field("sessionId", &TokenResponse::sessionId,
              {.description = "The session that the tokens belong to.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
    };
};

} // namespace aegis
