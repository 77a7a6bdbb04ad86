#include "server/metrics/RequestObserver.h"

namespace aegis {

RequestObserver::RequestObserver(Metrics &metrics, std::span<const std::string_view> operations) : m_none(metrics.operation("none"))
{
    for (const std::string_view id : operations) {
        OperationMetrics &operation = metrics.operation(std::string(id));
        m_operations.emplace(operation.operation(), &operation);
    }
}

void RequestObserver::observe(std::string_view operation, int status, std::chrono::nanoseconds duration) const noexcept
{
    const auto found = m_operations.find(operation);
    (found != m_operations.end() ? *found->second : m_none).observe(status, duration);
}

} // namespace aegis
