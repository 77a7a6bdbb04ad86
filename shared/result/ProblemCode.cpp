#include "shared/result/ProblemCode.h"

#include <array>

namespace aegis {
namespace {

constexpr ProblemInfo row(ProblemCode code, const char *name, int status, const char *title, const char *repetition)
{
    return {code, QLatin1String(name), status, QLatin1String(title), QLatin1String(repetition)};
}

constexpr const char *no = "No: the same call is refused again.";
constexpr const char *later = "Yes, after Retry-After: it was not carried out.";
constexpr const char *unknown = "The call may have been carried out: repeat it with the same Idempotency-Key or refresh token.";

using enum ProblemCode;

constexpr std::array catalogue{
    row(MalformedRequest, "malformed_request", 400, "The request could not be read", no),
    row(MalformedJson, "malformed_json", 400, "The body is not acceptable JSON", no),
    row(MalformedForm, "malformed_form", 400, "The body is not an acceptable form", no),
    row(UnsupportedMediaType, "unsupported_media_type", 415, "The body is of another type than the call takes", no),
    row(RequestTimeout, "request_timeout", 408, "The request did not arrive in time", "Yes: it was not carried out."),
    row(ContentTooLarge, "content_too_large", 413, "The body is too large", no),
    row(UriTooLong, "uri_too_long", 414, "The address is too long", no),
    row(ExpectationFailed, "expectation_failed", 417, "The expectation cannot be met", "Yes, without the expectation."),
    row(HeaderFieldsTooLarge, "header_fields_too_large", 431, "The header fields are too large or too many", no),
    row(NotImplemented, "not_implemented", 501, "The method or transfer coding is not known here", no),
    row(HttpVersionNotSupported, "http_version_not_supported", 505, "Only HTTP/1.0 and HTTP/1.1 are spoken here", no),
    row(NotFound, "not_found", 404, "There is nothing at this address", no),
    row(MethodNotAllowed, "method_not_allowed", 405, "The address does not take this method", no),
    row(NotAcceptable, "not_acceptable", 406, "No acceptable representation", no),
    row(ValidationFailed, "validation_failed", 422, "Some fields are not valid", no),
    row(PasswordPolicy, "password_policy", 422, "The password does not meet the policy", no),
    row(IdempotencyKeyInvalid, "idempotency_key_invalid", 400, "The Idempotency-Key is not well-formed", no),
    row(IdempotencyKeyReused, "idempotency_key_reused", 409, "The Idempotency-Key was used for another request", "No: take a new key."),
    row(IdempotencyInProgress, "idempotency_in_progress", 409, "A request with this Idempotency-Key is being worked on",
        "Yes, after Retry-After and with the same key."),
    row(EmailTaken, "email_taken", 409, "The e-mail address is already registered", no),
    row(SlugTaken, "slug_taken", 409, "The organization slug is already taken", "No: take another slug."),
    row(Conflict, "conflict", 409, "The request conflicts with the present state", "Yes, once the present state was looked at."),
    row(PreconditionFailed, "precondition_failed", 412, "It has changed since it was looked at",
        "Yes, with the ETag of the present state, once that was looked at."),
    row(LastOwner, "last_owner", 409, "The organization would be left without an owner", "Yes, once it has another owner."),
    row(LastAdministrator, "last_administrator", 409, "Nobody would be left who administers the platform",
        "Yes, once there is another administrator."),
    row(MfaAlreadyEnabled, "mfa_already_enabled", 409, "There is a second factor already", "No: disable it first."),
    row(MfaNotEnabled, "mfa_not_enabled", 409, "There is no second factor, or none to be confirmed", "Yes, once it was enabled."),
    row(Unauthenticated, "unauthenticated", 401, "Authentication is required", "Yes, with an access token."),
    row(InvalidToken, "invalid_token", 401, "The access token is not valid", "Yes, with a new access token: refresh, or log in."),
    row(InvalidCredentials, "invalid_credentials", 401, "The e-mail address or the password is wrong", no),
    row(InvalidRefreshToken, "invalid_refresh_token", 401, "The refresh token is not valid", "No: log in."),
    row(InvalidClient, "invalid_client", 401, "The client credentials are missing or wrong", "Yes, with the right credentials."),
    row(RefreshTokenReused, "refresh_token_reused", 401, "The refresh token was used before; its session is ended", "No: log in."),
    row(InvalidMailToken, "invalid_mail_token", 400, "The token of the mail is unknown, used or expired", "No: ask for a new mail."),
    row(AccountUnavailable, "account_unavailable", 403, "The account cannot be used at present", no),
    row(EmailNotVerified, "email_not_verified", 403, "The e-mail address is not verified yet",
        "Yes, after POST /auth/email/verify with the token of the mail; POST /auth/email/resend sends another one."),
    row(ReauthenticationRequired, "reauthentication_required", 403, "The last login is too long ago for this",
        "Yes, after POST /auth/reauthenticate."),
    row(InvalidMfaToken, "invalid_mfa_token", 401, "The token of the login is not valid", "No: log in again."),
    row(InvalidMfaCode, "invalid_mfa_code", 403, "The code is wrong or was used before", "No: take another code."),
    row(CsrfTokenInvalid, "csrf_token_invalid", 403, "The X-CSRF-Token is missing or not that of the session", "Yes, with the token of the session."),
    row(OriginNotAllowed, "origin_not_allowed", 403, "The origin is not allowed", no),
    row(Forbidden, "forbidden", 403, "The permission is missing", no),
    row(RateLimited, "rate_limited", 429, "Too many requests", later),
    row(MfaPaused, "mfa_paused", 429, "There were too many wrong codes of the app",
        "Yes, at once with a backup code where one is taken, else after Retry-After."),
    row(Overloaded, "overloaded", 503, "The server is at its limit", later),
    row(DatabaseUnavailable, "database_unavailable", 503, "The database cannot be reached", later),
    row(OutcomeUnknown, "outcome_unknown", 503, "The connection was lost while the change was being stored", unknown),
    row(RevocationUnavailable, "revocation_unavailable", 503, "Whether the token is revoked cannot be checked", later),
    row(ShuttingDown, "shutting_down", 503, "The server is shutting down", later),
    row(HandlerTimeout, "handler_timeout", 503, "The request took too long to answer", unknown),
    row(Internal, "internal", 500, "Something went wrong on the server", unknown),
};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        if (catalogue[i].code != static_cast<ProblemCode>(i))
            return false;
    }
    return catalogue.size() == static_cast<std::size_t>(Internal) + 1;
}
static_assert(isInOrder(), "the catalogue has one row for each code, in the order of the enumeration");

} // namespace

std::span<const ProblemInfo> problemCatalogue()
{
    return catalogue;
}

const ProblemInfo &problemInfo(ProblemCode code)
{
    return catalogue[static_cast<std::size_t>(code)];
}

std::optional<ProblemCode> problemCodeFromName(QByteArrayView name)
{
    for (const ProblemInfo &info : catalogue) {
        if (QByteArrayView(info.name.data(), info.name.size()) == name)
            return info.code;
    }
    return std::nullopt;
}

} // namespace aegis
