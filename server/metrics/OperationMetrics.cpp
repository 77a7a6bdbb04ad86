#include "server/metrics/OperationMetrics.h"

namespace aegis {

void OperationMetrics::observe(int status, std::chrono::nanoseconds duration) noexcept
{
    const int known = status >= firstStatus && status <= lastStatus ? status : lastStatus;
    m_answers[static_cast<std::size_t>(known - firstStatus)].fetch_add(1, std::memory_order_relaxed);
    m_durations.observe(duration);
}

std::uint64_t OperationMetrics::answers(int status) const
{
    if (status < firstStatus || status > lastStatus)
        return 0;
    return m_answers[static_cast<std::size_t>(status - firstStatus)].load(std::memory_order_relaxed);
}

} // namespace aegis
