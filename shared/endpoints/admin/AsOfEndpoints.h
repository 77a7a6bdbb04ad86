#pragma once

#include "shared/dto/admin/AsOf.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct ManagedUserAsOf {
    using Request = UserAsOfRequest;
    using Response = UserAsOfResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/users/{id}/as-of",
        .operationId = "managedUserAsOf",
        .access = Access::With(Permission::UserRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: people",
        .summary = "Look at a person as it was",
        .description = "Made from the events of until then, with the difference to now. Addresses, names, passwords and second factors are not told.",
        .security =
            "Whoever sees one organization is answered from its events alone: `not_found` for a person whom it neither knows nor has an event "
            "about.",
    };
};

struct ManagedOrganizationAsOf {
    using Request = OrganizationAsOfRequest;
    using Response = OrganizationAsOfResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/organizations/{id}/as-of",
        .operationId = "managedOrganizationAsOf",
        .access = Access::With(Permission::OrganizationRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: organizations",
        .summary = "Look at an organization as it was",
        .description = "Made from the events of until then, with the difference to now.",
        .security = "Another organization than the caller's is `not_found`, unless the caller sees all of them.",
    };
};

} // namespace aegis::endpoints
