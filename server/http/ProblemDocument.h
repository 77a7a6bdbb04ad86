#pragma once

#include "server/http/transport/HttpReply.h"
#include "shared/ids/Id.h"
#include "shared/result/Problem.h"

namespace aegis::http {

/// The `type` of a problem: `urn:aegis:problem:` and its code.
QByteArray problemType(ProblemCode code);

/// How a refusal is told.
enum class ProblemForm {
    Document, ///< `application/problem+json`
    OAuth,    ///< the same members in `application/json`, and before them `error` and `error_description` (RFC 6749, 5.2)
};

/// The `error` of RFC 6749 (5.2; 4.1.2.1 for what may be repeated later) that stands for a problem.
QByteArrayView oauthError(ProblemCode code);

/// The `application/problem+json` document of a problem (RFC 9457) with its own header fields: `Retry-After`, on 503
/// always, and `WWW-Authenticate` on 401 (RFC 6750, section 3; RFC 7617). `internal` stays out of it.
HttpReply renderProblem(const Problem &problem, const CorrelationId &correlationId, ProblemForm form = ProblemForm::Document);

} // namespace aegis::http
