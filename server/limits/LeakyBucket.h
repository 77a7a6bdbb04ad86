#pragma once

#include "server/limits/Rate.h"
#include "shared/time/Instant.h"

namespace aegis {

/// What a limit says to one call.
struct BucketVerdict {
    bool isAllowed = true;
    int remaining = 0;                      ///< calls that may come at once after this one
    std::chrono::microseconds retryAfter{}; ///< refused: until one is let through
    std::chrono::microseconds resetAfter{}; ///< until as many as ever may come at once
    Instant fullAt{};                       ///< the same as a moment
};

/// The counter of a rate: the generic cell rate algorithm (ITU-T I.371, annex A), which needs one number, the moment at which
/// all calls are there again. What is refused does not count, and once that moment has passed there is nothing to remember.
struct LeakyBucket {
    std::int64_t fullAt = 0; ///< microseconds since 1970

    bool isSpent(Instant now) const { return fullAt <= now.time_since_epoch().count(); }

    /// Takes one call, if there is one. A clock that was set back makes nobody wait longer than the window.
    BucketVerdict take(const Rate &rate, Instant now)
    {
        const std::int64_t present = now.time_since_epoch().count();
        const std::int64_t window = rate.step().count() * rate.calls;
        const std::int64_t base = std::clamp(fullAt, present, present + window);
        const std::int64_t next = base + rate.step().count();
        const bool isAllowed = next <= present + window;
        fullAt = isAllowed ? next : base;
        return verdictOf(rate, now, isAllowed);
    }

    /// What it says when this is its state, without taking anything.
    BucketVerdict verdictOf(const Rate &rate, Instant now, bool isAllowed) const
    {
        const std::int64_t present = now.time_since_epoch().count();
        const std::int64_t step = rate.step().count();
        const std::int64_t used = std::max<std::int64_t>(0, fullAt - present);
        const std::int64_t left = step * rate.calls - used;
        BucketVerdict verdict;
        verdict.isAllowed = isAllowed;
        verdict.remaining = static_cast<int>(std::max<std::int64_t>(0, left / step));
        verdict.retryAfter = std::chrono::microseconds(isAllowed ? 0 : std::max<std::int64_t>(0, step - left));
        verdict.resetAfter = std::chrono::microseconds(used);
        verdict.fullAt = Instant(std::chrono::microseconds(fullAt));
        return verdict;
    }
};

} // namespace aegis
