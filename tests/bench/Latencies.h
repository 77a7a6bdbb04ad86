#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace aegis::bench {

/// The times that answers took, all of them.
class Latencies {
public:
    void add(std::chrono::nanoseconds time) { m_times.push_back(time.count()); }
    std::size_t count() const { return m_times.size(); }
    void clear() { m_times.clear(); }

    /// In milliseconds: the time that this share (0 to 1) of the answers did not exceed; 0 when there are none.
    double percentile(double share) const
    {
        if (m_times.empty())
            return 0;
        std::vector<std::int64_t> times = m_times;
        const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
        std::nth_element(times.begin(), times.begin() + place, times.end());
        return static_cast<double>(times[static_cast<std::size_t>(place)]) / 1e6;
    }

private:
    std::vector<std::int64_t> m_times; // nanoseconds
};

} // namespace aegis::bench
