#pragma once

#include "shared/dto/Health.h"
#include "shared/endpoints/Endpoint.h"

#include <array>

namespace aegis::endpoints {

struct Jwks {
    using Request = NoRequest;
    using Response = RawContent;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/.well-known/jwks.json",
        .operationId = "jwks",
        .access = Access::Public,
        .rateClass = RateClass::Unlimited,
        .successStatus = 200,
        .hasEntityTag = true,
        .summary = "Public keys of the access tokens",
        .description =
            "JSON Web Key Set (RFC 7517). A key is published for an hour or more before it signs (JWT_KEY_PUBLISHED_AHEAD), and until its last token "
            "has expired; Cache-Control says how long the document may be kept. Empty when tokens are signed with a shared secret.",
        .security = "Choose the key by `kid` and accept only the algorithm of that key.",
        .contentType = "application/jwk-set+json",
    };
};

struct OpenApi {
    using Request = NoRequest;
    using Response = RawContent;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/openapi.json",
        .operationId = "openApi",
        .access = Access::Public,
        .rateClass = RateClass::Unlimited,
        .successStatus = 200,
        .hasEntityTag = true,
        .summary = "This API as an OpenAPI 3.1 document",
    };
};

struct Docs {
    using Request = NoRequest;
    using Response = RawContent;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/docs",
        .operationId = "docs",
        .access = Access::Public,
        .rateClass = RateClass::Unlimited,
        .successStatus = 200,
        .hasEntityTag = true,
        .summary = "This API as a page to read",
        .contentType = "text/html",
    };
};

struct HealthLive {
    using Request = NoRequest;
    using Response = HealthResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/health/live",
        .operationId = "healthLive",
        .access = Access::Public,
        .rateClass = RateClass::Unlimited,
        .successStatus = 200,
        .summary = "Does the process answer",
        .description = "Restart the server when it does not. It looks at nothing else, so the list of checks is empty.",
    };
    static constexpr std::array exampleChanges{ExampleChange{"status", "ok"}, ExampleChange{"checks"}};
};

struct HealthReady {
    using Request = NoRequest;
    using Response = HealthResponse;
    static constexpr int unhealthyStatus = 503;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/health/ready",
        .operationId = "healthReady",
        .access = Access::Public,
        .rateClass = RateClass::Unlimited,
        .successStatus = 200,
        .summary = "May the server get requests",
        .description = "Looks at the database, the migrations and the queues; 503 with the same shape when one of them fails.",
    };
    static constexpr std::array exampleChanges{ExampleChange{"status", "ok"}, ExampleChange{"checks.status", "ok"}, ExampleChange{"checks.detail"}};
    /// 503 unless all is well.
    static int statusOf(const HealthResponse &response) { return response.status == QLatin1String("ok") ? *info.successStatus : unhealthyStatus; }
};

struct Metrics {
    using Request = NoRequest;
    using Response = RawContent;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/metrics",
        .operationId = "metrics",
        .access = Access::Public,
        .rateClass = RateClass::Unlimited,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound},
        .summary = "Metrics in the Prometheus text format",
        .security = "Unless METRICS_ACCESS=public it is only there (else 404) for this machine, and not through a proxy. It holds no "
                    "personal data.",
        .contentType = "text/plain",
    };
};

} // namespace aegis::endpoints
