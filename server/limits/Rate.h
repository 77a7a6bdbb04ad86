#pragma once

#include <algorithm>
#include <chrono>

namespace aegis {

/// How often something may be done: so many calls in so long. All of them may come at once; then one more each
/// `window / calls`. A value type.
struct Rate {
    int calls = 1;
    std::chrono::milliseconds window{1'000};

    /// The time in which one call comes back.
    std::chrono::microseconds step() const { return std::max(std::chrono::microseconds(window) / calls, std::chrono::microseconds(1)); }

    friend bool operator==(const Rate &, const Rate &) = default;
};

} // namespace aegis
