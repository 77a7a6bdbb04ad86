#pragma once

#include "shared/json/Field.h"
#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QStringList>

#include <optional>

namespace aegis {

/// A TOTP secret that is to be confirmed, in the three forms that people and apps take it in.
struct MfaEnrolmentResponse {
    Secret secret;
    Secret otpauthUri;
    Secret qrCode;
};

template <> struct Fields<MfaEnrolmentResponse> {
    static constexpr std::string_view name = "MfaEnrolmentResponse";
    static constexpr std::tuple list{
        field("secret", &MfaEnrolmentResponse::secret,
              {.description = "Base32, to be typed into an authenticator app.", .example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}),
        field("otpauthUri", &MfaEnrolmentResponse::otpauthUri,
              {.description = "What the QR code says; opens an authenticator app on the same device.",
               .example =
                   "otpauth://totp/Aegis:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Aegis&algorithm=SHA1&digits=6&period=30"}),
        field("qrCode", &MfaEnrolmentResponse::qrCode,
              {.description = "PNG as a `data:` address, for an `img`.", .example = "data:image/png;base64,iVBORw0KGgo..."}),
    };
};

/// A code of the authenticator app.
struct MfaVerifyRequest {
    Secret code;
};

template <> struct Fields<MfaVerifyRequest> {
    static constexpr std::string_view name = "MfaVerifyRequest";
    static constexpr std::tuple list{
        field("code", &MfaVerifyRequest::code,
              {.minLength = 1, .maxLength = 16, .description = "Six digits of the authenticator app; spaces do not count.", .example = "123456"}),
    };
};

/// A second factor: exactly one of the two.
struct SecondFactorRequest {
    std::optional<Secret> code;
    std::optional<Secret> backupCode;
};

template <> struct Fields<SecondFactorRequest> {
    static constexpr std::string_view name = "SecondFactorRequest";
    static constexpr std::tuple list{
        field("code", &SecondFactorRequest::code,
              {.minLength = 1, .maxLength = 16, .description = "Six digits of the authenticator app; or `backupCode`.", .example = "123456"}),
        field("backupCode", &SecondFactorRequest::backupCode,
              {.minLength = 1, .maxLength = 64, .description = "One of the backup codes, instead of `code`.", .example = "k7qm-2xwd-9fhp-4rt6"}),
    };
};

/// The second half of a login: the token of the first one, and exactly one of the two codes.
struct MfaChallengeRequest {
    Secret mfaToken;
    std::optional<Secret> code;
    std::optional<Secret> backupCode;
};

template <> struct Fields<MfaChallengeRequest> {
    static constexpr std::string_view name = "MfaChallengeRequest";
    static constexpr std::tuple list{
        field("mfaToken", &MfaChallengeRequest::mfaToken,
              {.minLength = 1, .maxLength = 4096, .description = "From POST /auth/login.", .example = "eyJhbGciOiJIUzI1NiJ9..."}),
        field("code", &MfaChallengeRequest::code,
              {.minLength = 1, .maxLength = 16, .description = "Six digits of the authenticator app; or `backupCode`.", .example = "123456"}),
        field("backupCode", &MfaChallengeRequest::backupCode,
              {.minLength = 1, .maxLength = 64, .description = "One of the backup codes, instead of `code`.", .example = "k7qm-2xwd-9fhp-4rt6"}),
    };
};

/// A new set of backup codes, the only time that they are shown.
struct BackupCodesResponse {
    QStringList backupCodes;
};

template <> struct Fields<BackupCodesResponse> {
    static constexpr std::string_view name = "BackupCodesResponse";
    static constexpr std::tuple list{
        field(
            "backupCodes", &BackupCodesResponse::backupCodes,
            {.description = "To be kept on paper; each works once. They are not shown again.", .example = "k7qm-2xwd-9fhp-4rt6,0wz3-v8nk-5c2e-jx7g"}),
    };
};

/// What protects the person's logins beside the password.
struct MfaStatusResponse {
    bool enabled = false;
    QStringList methods;
    std::optional<Instant> enabledAt;
    int backupCodesLeft = 0;
    std::optional<Instant> pausedUntil;
};

template <> struct Fields<MfaStatusResponse> {
    static constexpr std::string_view name = "MfaStatusResponse";
    static constexpr std::tuple list{
        field("enabled", &MfaStatusResponse::enabled, {.description = "Whether a login needs a second factor.", .example = "true"}),
        field("methods", &MfaStatusResponse::methods,
              {.values = "totp,backupCode", .description = "What can be shown.", .example = "totp,backupCode"}),
        field("enabledAt", &MfaStatusResponse::enabledAt, {.nullable = true, .description = "Since when.", .example = "2026-11-22T07:30:00.123Z"}),
        field("backupCodesLeft", &MfaStatusResponse::backupCodesLeft, {.description = "Backup codes that were not used.", .example = "10"}),
        field("pausedUntil", &MfaStatusResponse::pausedUntil,
              {.nullable = true,
               .description = "There were too many wrong codes of the app: until then none of it is taken, but backup codes are.",
               .example = "2026-11-22T07:45:00.123Z"}),
    };
};

} // namespace aegis
