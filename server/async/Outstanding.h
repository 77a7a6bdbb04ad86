#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <set>

namespace aegis {

/// What was asked for and has not come yet, and for how long. Any thread.
class Outstanding {
public:
    /// Stands for one question until the last copy goes.
    using Token = std::shared_ptr<const void>;
    Token begin()
    {
        const std::lock_guard lock(m_state->mutex);
        const auto place = m_state->since.insert(Clock::now());
        return Token(nullptr, [state = m_state, place](const void *) {
            const std::lock_guard guard(state->mutex);
            state->since.erase(place);
        });
    }

    /// How long the oldest has been out; zero when there is none.
    std::chrono::milliseconds oldest() const
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->since.empty())
            return {};
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - *m_state->since.begin());
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Questions {
        std::mutex mutex;
        std::multiset<Clock::time_point> since;
    };
    const std::shared_ptr<Questions> m_state = std::make_shared<Questions>();
};

} // namespace aegis
