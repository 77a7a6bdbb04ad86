#pragma once

#include "shared/dto/AuthResponse.h"

#include <QtCore/QStringList>

#include <variant>

namespace aegis {

/// What a login gives when the password was right and a second factor is still to be shown.
struct MfaRequiredResponse {
    bool mfaRequired = true;
    Secret mfaToken;
    qint64 expiresIn = 0; ///< seconds
    QStringList methods;
};

template <> struct Fields<MfaRequiredResponse> {
    static constexpr std::string_view name = "MfaRequiredResponse";
    static constexpr std::tuple list{
        field("mfaRequired", &MfaRequiredResponse::mfaRequired,
              {.description = "Always true: what tells this answer from one with tokens.", .example = "true"}),
        field("mfaToken", &MfaRequiredResponse::mfaToken,
              {.description = "For POST /auth/mfa/challenge; good for one login.", .example = "eyJhbGciOiJIUzI1NiJ9..."}),
        field("expiresIn", &MfaRequiredResponse::expiresIn, {.description = "Seconds until it expires.", .example = "300"}),
        field("methods", &MfaRequiredResponse::methods,
              {.values = "totp,backupCode", .description = "What the person can show.", .example = "totp,backupCode"}),
    };
};

/// What a login gives: a session's tokens, or the demand for a second factor.
struct LoginResponse : std::variant<AuthResponse, MfaRequiredResponse> {
    static constexpr std::string_view name = "LoginResponse";
    using Alternatives = std::variant<AuthResponse, MfaRequiredResponse>;
    using Alternatives::Alternatives;
};

} // namespace aegis
