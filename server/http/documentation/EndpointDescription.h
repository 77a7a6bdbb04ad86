#pragma once

#include "server/http/documentation/FieldSchema.h"
#include "shared/endpoints/Endpoints.h"

namespace aegis::http {

/// One endpoint as the documentation shows it.
struct EndpointDescription {
    const EndpointInfo *info = nullptr;
    ProblemSet problems;
    std::vector<FieldDescription> parameters;   ///< path, query and header fields of the request
    std::string_view request;                   ///< schema of the body; empty: none
    bool requestIsForm = false;                 ///< whether that body is a form
    std::string_view response;                  ///< schema of the answer; empty: no JSON made of a DTO
    std::vector<FieldDescription> replyHeaders; ///< header fields of the answer
    bool repliesContent = false;                ///< whether the answer has a body
    QByteArray example;                         ///< of the answer, compact JSON in the declared order; empty where `response` is
    std::optional<int> unhealthyStatus;         ///< another status with a body of the same schema; its example is the schema's
};

/// The whole API: what the OpenAPI document and the page are both made from.
struct ApiDescription {
    std::vector<EndpointDescription> endpoints; ///< in the order of the table
    Schemas schemas;
    FieldDescription idempotencyKey; ///< header field of the requests that take one
    ProblemSet sent;                 ///< every problem that this version answers with

    /// Made from endpoints::All and the field lists.
    static ApiDescription make();
};

/// Name of a rate class in the documentation.
QString rateClassName(RateClass rateClass);

} // namespace aegis::http
