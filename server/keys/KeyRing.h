#pragma once

#include "server/keys/KeySet.h"

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
        m_keys = std::move(next);
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const KeySet> m_keys;
};

} // namespace aegis
