#pragma once

#include "shared/dto/SlugAvailability.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct SlugAvailable {
    using Request = SlugAvailabilityRequest;
    using Response = SlugAvailabilityResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/auth/organizations/slug-available/{slug}",
        .operationId = "slugAvailable",
        .access = Access::Public,
        .rateClass = RateClass::SlugCheck,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Organizations",
        .summary = "Is a slug free",
        .description = "For forms that check while somebody types. Only the signup itself takes a slug. A `/` or `\\` has to be judged by the "
                       "client: no slug has one, and "
                       "escaped (`%2F`, `%5C`) it is refused in every path, with `malformed_request`.",
        .security = "Slugs are public names: anybody can ask which are taken.",
    };
};

} // namespace aegis::endpoints
