#pragma once

#include "shared/dto/admin/ManagedSession.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct ManagedSessionList {
    using Request = ListPageRequest;
    using Response = ManagedSessionPage;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/sessions",
        .operationId = "managedSessionList",
        .access = Access::With(Permission::SessionRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: sessions",
        .summary = "List sessions",
        .description = "Of a person: `filter=user:ID`. Orders: `id` (the order in which they began).",
        .security = "Of the caller's organization alone; whoever sees all organizations sees all.",
    };
};

struct ManagedSessionRevoke {
    using Request = ManagedSessionRequest;
    using Response = ManagedSessionResponse;
    static constexpr EndpointInfo info{
        .method = Method::Delete,
        .path = "/admin/sessions/{id}",
        .operationId = "managedSessionRevoke",
        .access = Access::With(Permission::SessionRevoke),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .tag = "Administration: sessions",
        .summary = "End a session",
        .description = "Access ends at once.",
        .security = "A session of another organization, one that has ended and one that never was are the same `not_found`. Whoever may end "
                    "sessions may end those of all members, an owner's too.",
    };
};

struct ManagedSessionRevokeAll {
    using Request = SessionRevocationRequest;
    using Response = SessionRevocationPlan;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/sessions/revocations",
        .operationId = "managedSessionRevokeAll",
        .access = Access::With(Permission::SessionRevoke),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::Conflict, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .takesIdempotencyKey = true,
        .tag = "Administration: sessions",
        .summary = "End all sessions that match",
        .description =
            "First with `dryRun`: the answer counts what it would end and has a `plan`. Then with that `plan`: exactly those sessions end, "
            "or, when there are others by now, none (`conflict`, with the new plan as `current`). At most 10,000 at once.",
        .security = "Nothing ends that the plan has not counted.",
    };
};

} // namespace aegis::endpoints
