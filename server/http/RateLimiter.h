#pragma once

#include "server/async/Task.h"
#include "server/limits/LimitKeys.h"
#include "shared/endpoints/Endpoint.h"

#include <optional>

namespace aegis::http {

/// What a limit says to one call, as it is told to the client.
struct RateVerdict {
    bool isAllowed = true;
    QByteArray policy;                 ///< value of `RateLimit-Policy`
    QByteArray state;                  ///< value of `RateLimit`
    std::chrono::seconds retryAfter{}; ///< refused: then one is let through
};

/// Counts the calls of one client address or person. Any I/O thread.
class RateLimiter {
public:
    RateLimiter() = default;
    RateLimiter(const RateLimiter &) = delete;
    RateLimiter &operator=(const RateLimiter &) = delete;
    virtual ~RateLimiter() = default;

    /// Counts the call, from memory; nothing, and nothing was counted: count() has to be awaited.
    virtual std::optional<RateVerdict> countAtOnce(RateClass rateClass, const LimitSubject &subject, Instant now) = 0;
    /// Counts the call. It always says something.
    virtual Task<RateVerdict> count(RateClass rateClass, LimitSubject subject, Instant now) = 0;
};

} // namespace aegis::http
