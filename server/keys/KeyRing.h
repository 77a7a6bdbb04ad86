#pragma once

#include "server/keys/KeySet.h"

#include <atomic>
#include <memory>
#include <mutex>

namespace aegis {

/// Where everybody finds the present keys. A reader holds on to the set that it was given; a rotation puts another one in
/// its place. Any thread.
class KeyRing {
public:
    explicit KeyRing(KeySet keys) : m_keys(std::make_shared<const KeySet>(std::move(keys))) {}

    std::shared_ptr<const KeySet> current() const
    {
        const std::lock_guard lock(m_mutex);
        return m_keys;
    }
    void replace(KeySet keys)
    {
        auto next = std::make_shared<const KeySet>(std::move(keys));
        const std::lock_guard lock(m_mutex);
        const bool losesOne = !next->holdsAllOf(*m_keys);
        m_keys = std::move(next);
        if (losesOne)
            m_losses.fetch_add(1, std::memory_order_release);
    }
    /// Whether it holds every key that there is. Where one is missing, tokens that others sign are refused.
    bool isComplete() const { return m_complete.load(std::memory_order_relaxed); }
    void setComplete(bool complete) { m_complete.store(complete, std::memory_order_relaxed); }
    /// How often a key has gone: what was believed by one before that may not be any more.
    std::uint64_t losses() const { return m_losses.load(std::memory_order_acquire); }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const KeySet> m_keys;
    std::atomic<std::uint64_t> m_losses{0};
    std::atomic<bool> m_complete{true};
};

} // namespace aegis
