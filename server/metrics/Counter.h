#pragma once

#include <atomic>
#include <cstdint>

namespace aegis {

/// A number that only grows. Any thread; adding is one atomic instruction, on a cache line of its own.
class alignas(64) Counter {
public:
    Counter() = default;
    Counter(const Counter &) = delete;
    Counter &operator=(const Counter &) = delete;

    void add(std::uint64_t amount = 1) noexcept { m_value.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return m_value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> m_value{0};
};

} // namespace aegis
