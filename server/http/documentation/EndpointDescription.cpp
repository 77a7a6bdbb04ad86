#include "server/http/documentation/EndpointDescription.h"

namespace aegis::http {

ApiDescription ApiDescription::make()
{
    ApiDescription api;
    endpoints::All::forEach([&api]<class E>() {
        using Request = typename E::Request;
        using Response = typename E::Response;
        EndpointDescription endpoint;
        endpoint.info = &E::info;
        endpoint.problems = problemsOf<E>();
        endpoint.parameters = describeFields<Request>(false, api.schemas);
        if constexpr (takesBody<E>()) {
            describe<Request>(api.schemas);
            endpoint.request = Fields<Request>::name;
        }
        if constexpr (HasFields<Response>) {
            endpoint.replyHeaders = describeFields<Response>(false, api.schemas);
            if constexpr (hasFieldsIn<Response>(In::Body)) {
                describe<Response>(api.schemas);
                endpoint.response = Fields<Response>::name;
                endpoint.repliesContent = true;
            }
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
    case RateClass::SlugCheck:
        return QStringLiteral("slugCheck");
    case RateClass::Account:
        return QStringLiteral("account");
    }
    return {};
}

} // namespace aegis::http
