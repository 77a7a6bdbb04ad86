#include "shared/result/ProblemCode.h"

#include <array>

namespace aegis {
namespace {

constexpr ProblemInfo row(ProblemCode code, const char *name, int status, const char *title)
{
    return {code, QLatin1String(name), status, QLatin1String(title)};
}

using enum ProblemCode;

constexpr std::array catalogue{
    row(MalformedRequest, "malformed_request", 400, "The request could not be read"),
    row(MalformedJson, "malformed_json", 400, "The body is not acceptable JSON"),
    row(UnsupportedMediaType, "unsupported_media_type", 415, "The body must be application/json"),
    row(RequestTimeout, "request_timeout", 408, "The request did not arrive in time"),
    row(ContentTooLarge, "content_too_large", 413, "The body is too large"),
    row(UriTooLong, "uri_too_long", 414, "The address is too long"),
    row(ExpectationFailed, "expectation_failed", 417, "The expectation cannot be met"),
    row(HeaderFieldsTooLarge, "header_fields_too_large", 431, "The header fields are too large or too many"),
    row(NotImplemented, "not_implemented", 501, "The method or transfer coding is not known here"),
    row(HttpVersionNotSupported, "http_version_not_supported", 505, "Only HTTP/1.0 and HTTP/1.1 are spoken here"),
    row(NotFound, "not_found", 404, "There is nothing at this address"),
    row(MethodNotAllowed, "method_not_allowed", 405, "The address does not take this method"),
    row(NotAcceptable, "not_acceptable", 406, "No acceptable representation"),
    row(ValidationFailed, "validation_failed", 422, "Some fields are not valid"),
    row(PasswordPolicy, "password_policy", 422, "The password does not meet the policy"),
    row(IdempotencyKeyInvalid, "idempotency_key_invalid", 400, "The Idempotency-Key is not well-formed"),
    row(IdempotencyKeyReused, "idempotency_key_reused", 409, "The Idempotency-Key was used for another request"),
    row(IdempotencyInProgress, "idempotency_in_progress", 409, "A request with this Idempotency-Key is being worked on"),
    row(EmailTaken, "email_taken", 409, "The e-mail address is already registered"),
    row(SlugTaken, "slug_taken", 409, "The organization slug is already taken"),
    row(Conflict, "conflict", 409, "The request conflicts with the present state"),
    row(Unauthenticated, "unauthenticated", 401, "Authentication is required"),
    row(InvalidToken, "invalid_token", 401, "The access token is not valid"),
    row(InvalidCredentials, "invalid_credentials", 401, "The e-mail address or the password is wrong"),
    row(InvalidRefreshToken, "invalid_refresh_token", 401, "The refresh token is not valid"),
    row(RefreshTokenReused, "refresh_token_reused", 401, "The refresh token was used before; its session is ended"),
    row(AccountUnavailable, "account_unavailable", 403, "The account cannot be used at present"),
    row(OriginNotAllowed, "origin_not_allowed", 403, "The origin is not allowed"),
    row(Forbidden, "forbidden", 403, "The permission is missing"),
    row(RateLimited, "rate_limited", 429, "Too many requests"),
    row(Overloaded, "overloaded", 503, "The server is at its limit"),
    row(DatabaseUnavailable, "database_unavailable", 503, "The database cannot be reached"),
    row(OutcomeUnknown, "outcome_unknown", 503, "The connection was lost while the change was being stored"),
    row(RevocationUnavailable, "revocation_unavailable", 503, "Whether the token is revoked cannot be checked"),
    row(ShuttingDown, "shutting_down", 503, "The server is shutting down"),
    row(HandlerTimeout, "handler_timeout", 503, "The request took too long to answer"),
    row(Internal, "internal", 500, "Something went wrong on the server"),
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
