#pragma once

#include "server/http/transport/HttpReply.h"
#include "shared/ids/Id.h"
#include "shared/result/Problem.h"

namespace aegis::http {

/// The `type` of a problem: `urn:aegis:problem:` and its code.
QByteArray problemType(ProblemCode code);

/// The `application/problem+json` document of a problem (RFC 9457) with its own header fields: `Retry-After`, on 503
/// always, and `WWW-Authenticate` on 401 (RFC 6750, section 3). `internal` stays out of it.
HttpReply renderProblem(const Problem &problem, const CorrelationId &correlationId);

} // namespace aegis::http
