#include "server/http/documentation/EndpointDescription.h"

#include <array>

namespace aegis::http {
namespace {

template <Endpoint E> ExampleChanges changesOf()
{
    if constexpr (requires { E::exampleChanges; })
        return E::exampleChanges;
    else
        return {};
}

FieldDescription describeIdempotencyKey()
{
    FieldDescription key{
        .name = "Idempotency-Key",
        .in = In::Header,
        .description = "Repeat a call whose answer was lost with the same key and the same body, byte for byte: it is carried out once. The "
                       "repeated answer is the first one, its tokens included, with `Idempotency-Replayed: true`; log in if those were used or "
                       "have expired meanwhile. A success is kept for 24 hours by default (IDEMPOTENCY_TTL), a refusal is not kept, and another "
                       "body with the same key is refused. A key is 16 to 128 visible ASCII characters. Take a new random one, such as a UUID, "
                       "for each new call, and keep it to yourself: who knows it and the body gets the answer.",
        .example = "0193a0f0-7c00-7abc-8def-0000000000aa"};
    key.schema = plainSchema("string", nullptr);
    key.schema.insert(QStringLiteral("minLength"), shortestIdempotencyKey);
    key.schema.insert(QStringLiteral("maxLength"), longestIdempotencyKey);
    key.schema.insert(QStringLiteral("pattern"), QStringLiteral("^[!-~]+$"));
    key.type = typeText(key.schema);
    return key;
}

FieldDescription describeReplayed()
{
    FieldDescription field{.name = "Idempotency-Replayed",
                           .in = In::Header,
                           .description = "There, as `true`, when this answer was given before, under the same Idempotency-Key.",
                           .example = "true"};
    field.schema = plainSchema("boolean", nullptr);
    field.type = typeText(field.schema);
    return field;
}

} // namespace

ApiDescription ApiDescription::make()
{
    ApiDescription api;
    api.idempotencyKey = describeIdempotencyKey();
    api.sent = problemsOfAnyCall;
    endpoints::All::forEach([&api]<class E>() {
        using Request = typename E::Request;
        using Response = typename E::Response;
        EndpointDescription endpoint;
        endpoint.info = &E::info;
        endpoint.problems = problemsOf<E>();
        api.sent = api.sent | endpoint.problems;
        endpoint.parameters = describeFields<Request>(false, api.schemas);
        if constexpr (takesBody<E>()) {
            describe<Request>(api.schemas);
            endpoint.request = Fields<Request>::name;
            endpoint.requestIsForm = takesForm<E>();
        }
        if constexpr (OneOf<Response>) {
            describeAlternatives<Response>(api.schemas);
            endpoint.response = Response::name;
            endpoint.repliesContent = true;
            endpoint.example = api.schemas.at(Response::name).example;
        } else if constexpr (HasFields<Response>) {
            endpoint.replyHeaders = describeFields<Response>(false, api.schemas);
            if constexpr (hasFieldsIn<Response>(In::Body)) {
                describe<Response>(api.schemas);
                endpoint.response = Fields<Response>::name;
                endpoint.repliesContent = true;
                endpoint.example = exampleOf<Response>(changesOf<E>());
            }
            if (E::info.takesIdempotencyKey)
                endpoint.replyHeaders.push_back(describeReplayed());
        } else {
            endpoint.repliesContent = std::is_same_v<Response, RawContent>;
        }
        if constexpr (requires { E::unhealthyStatus; })
            endpoint.unhealthyStatus = E::unhealthyStatus;
        api.endpoints.push_back(std::move(endpoint));
    });
    return api;
}

QString rateClassName(RateClass rateClass)
{
    switch (rateClass) {
    case RateClass::Unlimited:
        return QStringLiteral("unlimited");
    case RateClass::Token:
        return QStringLiteral("token");
    case RateClass::Login:
        return QStringLiteral("login");
    case RateClass::Signup:
        return QStringLiteral("signup");
    case RateClass::Refresh:
        return QStringLiteral("refresh");
    case RateClass::Mfa:
        return QStringLiteral("mfa");
    case RateClass::SlugCheck:
        return QStringLiteral("slugCheck");
    case RateClass::Account:
        return QStringLiteral("account");
    case RateClass::Mail:
        return QStringLiteral("mail");
    case RateClass::Client:
        return QStringLiteral("client");
    }
    return {};
}

} // namespace aegis::http
