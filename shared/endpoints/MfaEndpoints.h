#pragma once

#include "shared/dto/LoginResponse.h"
#include "shared/dto/Mfa.h"
#include "shared/endpoints/Endpoint.h"

#include <array>

namespace aegis::endpoints {

struct MfaStatus {
    using Request = NoRequest;
    using Response = MfaStatusResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/auth/mfa",
        .operationId = "mfaStatus",
        .access = Access::Bearer,
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Second factor",
        .summary = "Is there a second factor",
    };
    static constexpr std::array exampleChanges{ExampleChange{"pausedUntil"}};
};

struct MfaEnable {
    using Request = NoRequest;
    using Response = MfaEnrolmentResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/mfa/enable",
        .operationId = "mfaEnable",
        .access = Access::Bearer,
        .rateClass = RateClass::Mfa,
        .successStatus = 200,
        .problems = {ProblemCode::ReauthenticationRequired, ProblemCode::EmailNotVerified, ProblemCode::MfaAlreadyEnabled,
                     ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Second factor",
        .summary = "Begin to set up an authenticator app",
        .description = "Makes a new secret, which protects nothing until POST /auth/mfa/verify has seen a code of it. An earlier one that was not "
                       "confirmed is forgotten; this one is, after 15 minutes by default (MFA_ENROLMENT_LIFETIME).",
        .security =
            "Needs a login or POST /auth/reauthenticate that is no older than 10 minutes by default (REAUTHENTICATION_MAX_AGE), else "
            "`reauthentication_required`: who finds an open device cannot lock its owner out. Where addresses are verified (EMAIL_VERIFICATION) the "
            "person's must be, else `email_not_verified`: who registers an address of somebody else's cannot lock that person out.",
    };
};

struct MfaVerify {
    using Request = MfaVerifyRequest;
    using Response = BackupCodesResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/mfa/verify",
        .operationId = "mfaVerify",
        .access = Access::Bearer,
        .rateClass = RateClass::Mfa,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidMfaCode, ProblemCode::MfaPaused, ProblemCode::MfaNotEnabled, ProblemCode::DatabaseUnavailable,
                     ProblemCode::OutcomeUnknown},
        .tag = "Second factor",
        .summary = "Confirm the authenticator app",
        .description = "From now on a login needs a second factor. Gives the backup codes, once. After `outcome_unknown` look at GET /auth/mfa: when "
                       "it is enabled, POST /auth/mfa/backup-codes gives a set that you see.",
        .security = "Every other session of the person ends at once: it was opened with a password alone. The present one stays, and its next "
                    "tokens say `otp` in `amr`. The code is used up.",
    };
};

struct MfaDisable {
    using Request = SecondFactorRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/mfa/disable",
        .operationId = "mfaDisable",
        .access = Access::Bearer,
        .rateClass = RateClass::Mfa,
        .successStatus = 204,
        .problems = {ProblemCode::ReauthenticationRequired, ProblemCode::InvalidMfaCode, ProblemCode::MfaPaused, ProblemCode::MfaNotEnabled,
                     ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Second factor",
        .summary = "Do without a second factor",
        .description = "Takes exactly one of `code` and `backupCode`. The secret and the backup codes are deleted.",
        .security = "Needs a fresh login as POST /auth/mfa/enable does, and the second factor itself.",
    };
};

struct MfaBackupCodes {
    using Request = SecondFactorRequest;
    using Response = BackupCodesResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/mfa/backup-codes",
        .operationId = "mfaBackupCodes",
        .access = Access::Bearer,
        .rateClass = RateClass::Mfa,
        .successStatus = 200,
        .problems = {ProblemCode::ReauthenticationRequired, ProblemCode::InvalidMfaCode, ProblemCode::MfaPaused, ProblemCode::MfaNotEnabled,
                     ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Second factor",
        .summary = "Get another set of backup codes",
        .description = "Takes exactly one of `code` and `backupCode`. None of the old codes works any more.",
        .security = "Needs a fresh login as POST /auth/mfa/enable does, and the second factor itself.",
    };
};

struct MfaChallenge {
    using Request = MfaChallengeRequest;
    using Response = AuthResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/mfa/challenge",
        .operationId = "mfaChallenge",
        .access = Access::Public,
        .rateClass = RateClass::Mfa,
        .successStatus = 200,
        .problems = {ProblemCode::InvalidMfaToken, ProblemCode::InvalidMfaCode, ProblemCode::MfaPaused, ProblemCode::DatabaseUnavailable,
                     ProblemCode::OutcomeUnknown},
        .deliversTokens = true,
        .tag = "Second factor",
        .summary = "Log in with the second factor",
        .description = "The second half of a login that was answered with `mfaRequired`. Takes exactly one of `code` and `backupCode`; after "
                       "`invalid_mfa_code` try again with the same token. The tokens say `pwd` and `otp` in `amr` (RFC 8176), also after a backup "
                       "code, which is a one-time password too. After `outcome_unknown` log in again, with another code.",
        .security =
            "The token is good for one login within 5 minutes by default (MFA_CHALLENGE_LIFETIME); another person's, an expired and a used one "
            "are refused alike. No code works twice. After 5 wrong codes of the app by default (MFA_MAX_FAILURES), counted over all of the "
            "person's attempts, none is taken for 15 minutes (MFA_PAUSE). Backup codes are neither counted with them nor held up by that, so "
            "nobody who has only the password keeps the owner out; of them one token takes 5.",
    };
};

} // namespace aegis::endpoints
