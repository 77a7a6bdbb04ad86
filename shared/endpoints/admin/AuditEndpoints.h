#pragma once

#include "shared/dto/admin/AuditEvent.h"
#include "shared/dto/admin/AuditProof.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct AuditEventList {
    using Request = ListPageRequest;
    using Response = AuditEventPage;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/events",
        .operationId = "auditEventList",
        .access = Access::With(Permission::EventRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: audit trail",
        .summary = "Read the audit trail",
        .description = "Orders: `id` (of time). Say a `time` where the trail is long and the filter takes little of it: what takes too long is ended "
                       "(`overloaded`).",
        .security = "Of the caller's organization alone; whoever sees all organizations sees all.",
    };
};

struct AuditEventGet {
    using Request = AuditEventRequest;
    using Response = AuditEventResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/events/{id}",
        .operationId = "auditEventGet",
        .access = Access::With(Permission::EventRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: audit trail",
        .summary = "Look at an event",
        .description = "With all that the same call caused.",
    };
};

struct AuditHead {
    using Request = NoRequest;
    using Response = AuditHeadResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/audit/head",
        .operationId = "auditHead",
        .access = Access::With(Permission::EventRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: audit trail",
        .summary = "Get the signed head of the audit trail",
        .description = "`not_found`: nothing was sealed yet.",
    };
};

struct AuditInclusion {
    using Request = InclusionProofRequest;
    using Response = InclusionProofResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/events/{id}/proof",
        .operationId = "auditInclusion",
        .access = Access::With(Permission::EventRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: audit trail",
        .summary = "Prove that an event is in the audit trail",
        .description =
            "Of an event of the caller's organization. `not_found` also for one that is not sealed yet. It shows hashes of other events only.",
    };
};

struct AuditConsistency {
    using Request = ConsistencyProofRequest;
    using Response = ConsistencyProofResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/audit/consistency",
        .operationId = "auditConsistency",
        .access = Access::With(Permission::EventRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: audit trail",
        .summary = "Prove that the audit trail has only grown",
        .description = "Between two heads.",
    };
};

struct AuditKeyList {
    using Request = NoRequest;
    using Response = AuditKeysResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/audit/keys",
        .operationId = "auditKeyList",
        .access = Access::With(Permission::EventRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: audit trail",
        .summary = "Get the keys that sign the audit trail",
        .description = "To verify with offline.",
    };
};

} // namespace aegis::endpoints
