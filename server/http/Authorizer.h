#pragma once

#include "server/async/Task.h"
#include "server/context/RequestContext.h"
#include "shared/result/Result.h"

namespace aegis::http {

/// Knows what people may do. Used by all I/O threads at once; it must not wait.
class Authorizer {
public:
    Authorizer() = default;
    Authorizer(const Authorizer &) = delete;
    Authorizer &operator=(const Authorizer &) = delete;
    virtual ~Authorizer() = default;

    /// What the context's person may do at present, in the context's organization and on the platform. The context outlives the task.
    virtual Task<Result<Authority>> authorityOf(const RequestContext &context) = 0;
};

} // namespace aegis::http
