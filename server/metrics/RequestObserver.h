#pragma once

#include "server/metrics/Metrics.h"

#include <span>
#include <string_view>
#include <unordered_map>

namespace aegis {

/// Counts answered requests. The operations are resolved when it is made, so that a request costs one look-up in a table
/// that never changes and a few atomic additions, without a lock. Any thread. It must not outlive the metrics.
class RequestObserver {
public:
    /// All operation ids that there are.
    RequestObserver(Metrics &metrics, std::span<const std::string_view> operations);

    /// An operation that is empty or was not named counts as `none`, so that no client can make up series.
    void observe(std::string_view operation, int status, std::chrono::nanoseconds duration) const noexcept;

private:
    std::unordered_map<std::string_view, OperationMetrics *> m_operations; ///< keys live in the metrics
    OperationMetrics &m_none;
};

} // namespace aegis
