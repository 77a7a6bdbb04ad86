#pragma once

#include "shared/time/Instant.h"

#include <QtCore/QtGlobal>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>

namespace aegis {

/// Whose counter it is, as numbers that nobody outside can foresee: see LimitKeys.
struct CounterPlace {
    quint64 region = 0; ///< of the neighbourhood: what it does to the table stays in its part
    quint64 key = 0;    ///< of the one who is counted
};

/// Counters in memory with a bound, of which nothing that still matters is pushed out. It is cut into regions with a lock each,
/// held for one look at sixteen neighbouring places. A counter that is spent (says the same as none) gives its place to the next
/// one. When all sixteen are alive, the least of those that may yield does; when none may, the newcomers of the same neighbourhood
/// share a counter: they may be counted as one, they are never not counted. So an attacker with many addresses costs the
/// neighbours in the region their distinction, and nobody their counter. Whoever asks learns whether a counter is shared: what it
/// says is not of one alone. Any thread.
///
/// `Value` is trivial, and counts nothing while all its bytes are zero. `bool isSpent(Instant now) const`; and, if one may yield,
/// `int rank() const`: the lower goes first.
template <class Value> class CounterTable {
    static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_destructible_v<Value>);

public:
    /// Room for about so many; the memory is taken page by page as it is used. A counter of the rank `kept` or above does not yield.
    explicit CounterTable(std::size_t capacity, int kept = 0) :
        m_kept(kept), m_groups(std::max<std::size_t>(1, capacity / (regions * ways))),
        m_slots(static_cast<Slot *>(std::calloc(regions * m_groups * ways, sizeof(Slot)))), m_shared(new Region[regions]())
    {
        if (!m_slots)
            throw std::bad_alloc();
    }

    /// Calls `function(Value &)`, or `function(Value &, bool isShared)`, under the lock of the region; it must be short. Gives what that returns.
    template <class Function> auto with(const CounterPlace &place, Instant now, Function &&function)
    {
        Region &region = m_shared[place.region % regions];
        const std::lock_guard lock(region.mutex);
        Value *const own = find(place, now);
        Value &value = own ? *own : region.shared[(place.region >> 6) % sharedEach];
        if constexpr (std::is_invocable_v<Function, Value &, bool>)
            return function(value, own == nullptr);
        else
            return function(value);
    }

    /// Times that a newcomer found no place of its own.
    quint64 overflows() const { return m_overflows.load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t regions = 64;
    static constexpr std::size_t ways = 16;
    static constexpr std::size_t sharedEach = 64;

    struct Slot {
        quint64 key; ///< 0: never used
        Value value;
    };
    struct alignas(64) Region {
        std::mutex mutex;
        std::array<Value, sharedEach> shared{};
    };
    struct Free {
        void operator()(Slot *slots) const { std::free(slots); }
    };

    /// Null: it has to share one.
    Value *find(const CounterPlace &place, Instant now)
    {
        const quint64 key = place.key | 1;
        Slot *const group = &m_slots.get()[((place.region % regions) * m_groups + (place.key >> 8) % m_groups) * ways];
        Slot *free = nullptr;
        Slot *least = nullptr;
        for (Slot *slot = group; slot != group + ways; ++slot) {
            if (slot->key == key)
                return &slot->value;
            if (!free && (slot->key == 0 || slot->value.isSpent(now)))
                free = slot;
            if constexpr (requires { slot->value.rank(); }) {
                if (slot->value.rank() < m_kept && (!least || slot->value.rank() < least->value.rank()))
                    least = slot;
            }
        }
        Slot *const taken = free ? free : least;
        if (!taken) {
            m_overflows.fetch_add(1, std::memory_order_relaxed);
            return nullptr;
        }
        taken->key = key;
        taken->value = Value{};
        return &taken->value;
    }

    const int m_kept;
    const std::size_t m_groups; ///< of each region
    const std::unique_ptr<Slot, Free> m_slots;
    const std::unique_ptr<Region[]> m_shared;
    std::atomic<quint64> m_overflows{0};
};

} // namespace aegis
