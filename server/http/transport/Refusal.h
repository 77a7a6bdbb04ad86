#pragma once

#include "server/http/transport/HttpReply.h"
#include "server/http/transport/HttpRequest.h"
#include "shared/result/ProblemCode.h"

#include <functional>

namespace aegis::http {

/// A request that the transport itself has refused, or answered in the place of its handler. Valid during the call.
struct Refusal {
    ProblemCode code;
    const char *reason = nullptr;         ///< more than the code says, for client and log; a literal of ours
    QHostAddress peer;                    ///< the other end of the connection
    bool tls = false;                     ///< whether the connection is encrypted up to here
    const HttpRequest *request = nullptr; ///< null unless its head was read whole and was good; its body may be missing
};

/// Makes the answer to a refusal (400, 408, 413, 414, 417, 431, 500, 501, 503, 505). Called once for each, on an I/O
/// thread, on several at a time; it must not wait.
using RefusalRenderer = std::function<HttpReply(const Refusal &)>;

/// A minimal `application/problem+json` document: status, title and stable code (RFC 9457).
HttpReply renderPlainProblem(const Refusal &refusal);

} // namespace aegis::http
