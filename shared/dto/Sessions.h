#pragma once

#include "shared/dto/SessionDto.h"
#include "shared/text/Secret.h"

#include <optional>
#include <vector>

namespace aegis {

/// Where a person is logged in.
struct SessionListResponse {
    std::vector<SessionDto> sessions;
};

template <> struct Fields<SessionListResponse> {
    static constexpr std::string_view name = "SessionListResponse";
    static constexpr std::tuple list{
        field("sessions", &SessionListResponse::sessions,
              {.description = "Those that have not ended, the last used first; in all organizations, and at most 200."}),
    };
};

/// Names one session.
struct SessionRequest {
    SessionId id;
};

template <> struct Fields<SessionRequest> {
    static constexpr std::string_view name = "SessionRequest";
    static constexpr std::tuple list{
        field("id", &SessionRequest::id,
              {.in = In::Path, .description = "Of the session, as in GET /auth/sessions.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
    };
};

/// Proof that it is still the same person: the password, and for who has a second factor exactly one of the codes.
struct ReauthenticateRequest {
    Secret password;
    std::optional<Secret> code;
    std::optional<Secret> backupCode;
};

template <> struct Fields<ReauthenticateRequest> {
    static constexpr std::string_view name = "ReauthenticateRequest";
    static constexpr std::tuple list{
        field("password", &ReauthenticateRequest::password,
              {.minLength = 1,
               .maxLength = 1024,
               .format = "password",
               .description = "The account's password.",
               .example = "Correct-Horse-42-Staple"}),
        field("code", &ReauthenticateRequest::code,
              {.minLength = 1,
               .maxLength = 16,
               .description = "Six digits of the authenticator app, if there is a second factor.",
               .example = "123456"}),
        field("backupCode", &ReauthenticateRequest::backupCode,
              {.minLength = 1, .maxLength = 64, .description = "One of the backup codes, instead of `code`.", .example = "k7qm-2xwd-9fhp-4rt6"}),
    };
};

/// A new access token for the same session.
struct ReauthenticateResponse {
    std::optional<Secret> accessToken; ///< nothing: it is in a cookie
    QString tokenType = QStringLiteral("Bearer");
    qint64 expiresIn = 0; ///< seconds
    Instant authTime{};
    SessionId sessionId;
};

template <> struct Fields<ReauthenticateResponse> {
    static constexpr std::string_view name = "ReauthenticateResponse";
    static constexpr std::tuple list{
        field("accessToken", &ReauthenticateResponse::accessToken,
              {.description = "Takes the place of the present one; its `auth_time` is now. Absent with `X-Token-Delivery: cookie`.",
               .example = "eyJhbGciOiJFUzI1NiJ9..."}),
        field("tokenType", &ReauthenticateResponse::tokenType, {.description = "Always `Bearer`.", .example = "Bearer"}),
        field("expiresIn", &ReauthenticateResponse::expiresIn, {.description = "Seconds until the access token expires.", .example = "900"}),
        field("authTime", &ReauthenticateResponse::authTime, {.description = "When the person proved it.", .example = "2026-11-22T07:30:00.123Z"}),
        field("sessionId", &ReauthenticateResponse::sessionId,
              {.description = "The session, which stays the same.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
    };
};

} // namespace aegis
