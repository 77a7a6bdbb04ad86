#pragma once

#include "shared/endpoints/Access.h"
#include "shared/endpoints/ProblemSet.h"
#include "shared/json/Field.h"

#include <QtCore/QByteArray>

#include <concepts>
#include <optional>
#include <string_view>

namespace aegis {

enum class Method { Get, Post, Put, Patch, Delete };

/// The method's name in a request line.
constexpr std::string_view methodName(Method method)
{
    switch (method) {
    case Method::Get:
        return "GET";
    case Method::Post:
        return "POST";
    case Method::Put:
        return "PUT";
    case Method::Patch:
        return "PATCH";
    case Method::Delete:
        return "DELETE";
    }
    return {};
}

/// Which of the limits on the number of calls counts an endpoint.
enum class RateClass {
    Unlimited, ///< health, metrics, documents
    Token,     ///< checks of access tokens: cheap, counted by nobody but the limits of connections
    Login,
    Signup, ///< signup and register
    Refresh,
    Mfa, ///< second factors
    SlugCheck,
    Mail,    ///< calls by anybody that send mails
    Account, ///< calls by somebody who is logged in: counted by person, all others by client address
    Client,  ///< calls by programs with credentials: counted by client address, and then by program
};

/// Whether calls of the class are counted.
constexpr bool isLimited(RateClass rateClass)
{
    return rateClass != RateClass::Unlimited && rateClass != RateClass::Token;
}

/// What the cookie of the access token counts for, where a token is needed; `Authorization` counts everywhere. What a browser adds to a
/// request unasked must not be enough to change anything.
enum class AccessCookie {
    OwnCall,     ///< the call itself: a write needs a fitting `Origin` and the CSRF token of the session
    ProxiedCall, ///< the call that a proxy asks about: unless the proxy says that it is a safe one, it needs a fitting `Origin`
};

/// A value that has to be given: it has no default.
template <class T> class Declared {
public:
    template <std::convertible_to<T> Given> constexpr Declared(Given value) : m_value(value) {}
    constexpr operator T() const { return m_value; }
    constexpr T operator*() const { return m_value; }

private:
    T m_value;
};

/// What is known about an endpoint besides its request and its answer. The first six have to be declared.
struct EndpointInfo {
    Declared<Method> method;
    Declared<std::string_view> path; ///< template such as `/auth/organizations/slug-available/{slug}`; it answers under `/v1` too
    Declared<std::string_view> operationId;
    Access access;
    Declared<RateClass> rateClass;
    Declared<int> successStatus;
    ProblemSet problems{};                             ///< its own; problemsOf() adds what follows from its shape
    bool takesIdempotencyKey = false;                  ///< whether `Idempotency-Key` is looked at
    bool hasEntityTag = false;                         ///< whether the answer has an ETag, and If-None-Match can make it a 304
    bool bodyIsOptional = false;                       ///< whether no body means `{}`
    bool deliversTokens = false;                       ///< whether `X-Token-Delivery: cookie` puts the answer's tokens into cookies
    AccessCookie accessCookie = AccessCookie::OwnCall; ///< what the cookie of the access token counts for
    bool tellsCsrfToken = false;                       ///< whether the answer to a call by cookie says X-CSRF-Token
    bool takesRefreshCookie = false;                   ///< whether the cookie of the refresh token stands in for one in the body
    int largestBody = 16 * 1024;                       ///< bytes; more is refused unread. Without a body in the request: 0
    std::string_view tag = "Platform";                 ///< chapter of the API document
    std::string_view summary{};                        ///< a few words
    std::string_view description{};                    ///< sentences
    std::string_view security{};                       ///< what a careful reader wants to know
    std::string_view contentType = "application/json"; ///< of the answer
};

/// How a client's `Idempotency-Key` has to look, in visible ASCII characters.
inline constexpr int shortestIdempotencyKey = 16;
inline constexpr int longestIdempotencyKey = 128;

/// What the example of an endpoint's answer says differently from those of its DTO's fields. An endpoint may have an array of
/// them, `exampleChanges`; the answer with another status is shown without.
struct ExampleChange {
    std::string_view path;    ///< of the field on the wire: `user.email`; elements of a list have no index
    std::string_view value{}; ///< as in FieldRules::example; without data: absent, null, or an empty list
};

/// A request without any field.
struct NoRequest {};
template <> struct Fields<NoRequest> {
    static constexpr std::string_view name = "NoRequest";
    static constexpr std::tuple<> list{};
};

/// An answer without a body (204).
struct NoContent {};

/// An answer that is not made from a DTO.
struct RawContent {
    QByteArray contentType;
    QByteArray body;
    QByteArray cacheControl = QByteArrayLiteral("no-store");
    std::optional<QByteArray> etag{};                  ///< with its quotes; a matching `If-None-Match` is answered with 304
    std::optional<QByteArray> contentSecurityPolicy{}; ///< instead of the one that allows nothing
};

/// An answer that is one of several DTOs: a std::variant of them with a name for the API document.
template <class R>
concept OneOf = requires
{
    typename R::Alternatives;
    {
        R::name
        } -> std::convertible_to<std::string_view>;
};

/// An endpoint is a type: `Request`, `Response` and `info`.
template <class E>
concept Endpoint = requires
{
    requires HasFields<typename E::Request>;
    typename E::Response;
    requires std::same_as<std::remove_cvref_t<decltype(E::info)>, EndpointInfo>;
};

/// Whether a request of the endpoint may carry a body.
template <Endpoint E> constexpr bool takesBody()
{
    return hasFieldsIn<typename E::Request>(In::Body) || hasFieldsIn<typename E::Request>(In::Form);
}

/// Whether that body is a form.
template <Endpoint E> constexpr bool takesForm()
{
    static_assert(!hasFieldsIn<typename E::Request>(In::Body) || !hasFieldsIn<typename E::Request>(In::Form), "a body is JSON or a form");
    return hasFieldsIn<typename E::Request>(In::Form);
}

/// What any call can be answered with before it is known which endpoint it is for, whether its address has one or not.
inline constexpr ProblemSet problemsOfAnyCall{ProblemCode::NotFound,          ProblemCode::MethodNotAllowed, ProblemCode::RequestTimeout,
                                              ProblemCode::ContentTooLarge,   ProblemCode::UriTooLong,       ProblemCode::HeaderFieldsTooLarge,
                                              ProblemCode::ExpectationFailed, ProblemCode::NotImplemented,   ProblemCode::HttpVersionNotSupported};

/// Every problem that a call of the endpoint can be answered with, besides problemsOfAnyCall: the endpoint's own and those that its shape brings along.
template <Endpoint E> constexpr ProblemSet problemsOf()
{
    using enum ProblemCode;
    ProblemSet all = E::info.problems | ProblemSet{MalformedRequest, Overloaded, ShuttingDown, HandlerTimeout, Internal};
    if (E::info.access.needsToken())
        all = all | ProblemSet{Unauthenticated, InvalidToken, RevocationUnavailable};
    if (E::info.access.needsToken() && E::info.accessCookie == AccessCookie::ProxiedCall)
        all = all | ProblemSet{OriginNotAllowed};
    if ((E::info.access.needsToken() && *E::info.method != Method::Get) || E::info.takesRefreshCookie)
        all = all | ProblemSet{OriginNotAllowed, CsrfTokenInvalid};
    if (E::info.access.kind() == Access::Kind::Permission)
        all = all | ProblemSet{Forbidden};
    if (isLimited(*E::info.rateClass))
        all = all | ProblemSet{RateLimited};
    if (E::info.access.needsClient())
        all = all | ProblemSet{InvalidClient};
    if (takesBody<E>())
        all = all | ProblemSet{takesForm<E>() ? MalformedForm : MalformedJson, UnsupportedMediaType, ContentTooLarge};
    if (!takesForm<E>() && std::tuple_size_v < std::remove_cvref_t < decltype(Fields<typename E::Request>::list) >>> 0)
        all = all | ProblemSet{ValidationFailed};
    if (E::info.takesIdempotencyKey)
        all = all | ProblemSet{IdempotencyKeyInvalid, IdempotencyKeyReused, IdempotencyInProgress};
    return all;
}

} // namespace aegis
