#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace aegis {

/// How long things take, counted in buckets whose upper bounds are in seconds. Any thread, without a lock; a reader may
/// see the latest observations in the buckets and not yet in the sum.
class alignas(64) Histogram {
public:
    /// From what `/auth/verify` takes to the longest that a handler may.
    static constexpr std::array bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0};

    Histogram() = default;
    Histogram(const Histogram &) = delete;
    Histogram &operator=(const Histogram &) = delete;

    void observe(std::chrono::nanoseconds duration) noexcept;

    struct Snapshot {
        std::array<std::uint64_t, bounds.size() + 1> cumulative{}; ///< the last one counts all
        double sum = 0;                                            ///< seconds
    };
    Snapshot snapshot() const;

private:
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> m_buckets{};
    std::atomic<std::uint64_t> m_nanoseconds{0};
};

} // namespace aegis
