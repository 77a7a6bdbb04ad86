#pragma once

#include "server/metrics/Histogram.h"

#include <string>

namespace aegis {

/// What is counted about one operation of the API: answers by status, and how long they took. Resolved once when the
/// route is made, so that a request costs three atomic additions and no look-up. Any thread.
class OperationMetrics {
public:
    static constexpr int firstStatus = 100;
    static constexpr int lastStatus = 599;

    explicit OperationMetrics(std::string operation) : m_operation(std::move(operation)) {}

    /// A status outside 100 to 599 counts as 599.
    void observe(int status, std::chrono::nanoseconds duration) noexcept;

    const std::string &operation() const { return m_operation; }
    std::uint64_t answers(int status) const;
    Histogram::Snapshot durations() const { return m_durations.snapshot(); }

private:
    const std::string m_operation;
    std::array<std::atomic<std::uint64_t>, lastStatus - firstStatus + 1> m_answers{};
    Histogram m_durations;
};

} // namespace aegis
