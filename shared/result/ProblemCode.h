#pragma once

#include <QtCore/QByteArrayView>
#include <QtCore/QLatin1String>

#include <optional>
#include <span>

namespace aegis {

/// Every refusal that a client can meet. The wire name of a code never changes once released; clients branch on it.
enum class ProblemCode {
    // The request cannot be read.
    MalformedRequest,
    MalformedJson,
    MalformedForm,
    UnsupportedMediaType,
    RequestTimeout,
    ContentTooLarge,
    UriTooLong,
    ExpectationFailed,
    HeaderFieldsTooLarge,
    NotImplemented,
    HttpVersionNotSupported,
    // There is nothing there, or not for that method.
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    // The request can be read but is wrong.
    ValidationFailed,
    PasswordPolicy,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    IdempotencyInProgress,
    EmailTaken,
    SlugTaken,
    Conflict,
    PreconditionFailed,
    LastOwner,
    LastAdministrator,
    MfaAlreadyEnabled,
    MfaNotEnabled,
    // Who is asking.
    Unauthenticated,
    InvalidToken,
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidClient,
    RefreshTokenReused,
    InvalidMailToken,
    AccountUnavailable,
    EmailNotVerified,
    ReauthenticationRequired,
    InvalidMfaToken,
    InvalidMfaCode,
    CsrfTokenInvalid,
    OriginNotAllowed,
    Forbidden,
    // Not now.
    RateLimited,
    MfaPaused,
    Overloaded,
    DatabaseUnavailable,
    OutcomeUnknown,
    RevocationUnavailable,
    ShuttingDown,
    HandlerTimeout,
    // Our own fault.
    Internal,
};

/// One row of the catalogue of problems.
struct ProblemInfo {
    ProblemCode code;
    QLatin1String name;       ///< stable wire name, snake_case: the `code` member of the problem document
    int status;               ///< HTTP status (RFC 9110)
    QLatin1String title;      ///< short summary in English, the same for each occurrence (RFC 9457, 3.1.3)
    QLatin1String repetition; ///< whether the call may be sent again, in English
};

/// The whole catalogue, in the order of the enumeration. It also makes the API document's list of problems.
std::span<const ProblemInfo> problemCatalogue();

/// The row of one code.
const ProblemInfo &problemInfo(ProblemCode code);

/// The code with that wire name, for clients that read problem documents.
std::optional<ProblemCode> problemCodeFromName(QByteArrayView name);

} // namespace aegis
