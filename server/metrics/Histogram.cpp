#include "server/metrics/Histogram.h"

#include <algorithm>

namespace aegis {

void Histogram::observe(std::chrono::nanoseconds duration) noexcept
{
    const auto time = std::max(duration, std::chrono::nanoseconds::zero());
    const double seconds = std::chrono::duration<double>(time).count();
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
    m_buckets[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    m_nanoseconds.fetch_add(static_cast<std::uint64_t>(time.count()), std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const
{
    Snapshot taken;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < m_buckets.size(); ++i) {
        total += m_buckets[i].load(std::memory_order_relaxed);
        taken.cumulative[i] = total;
    }
    taken.sum = static_cast<double>(m_nanoseconds.load(std::memory_order_relaxed)) / 1e9;
    return taken;
}

} // namespace aegis
