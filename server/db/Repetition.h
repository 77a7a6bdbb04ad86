#pragma once

#include <QtCore/QRandomGenerator>

#include <chrono>
#include <optional>
#include <utility>

namespace aegis {

/// How often a transaction that failed is run again, and after which pause. One for each transaction.
class Repetition {
public:
    /// After a failure: the pause before the next run; nothing when there is none. On another connection it is run once more, at
    /// once. After a serialization failure or a deadlock, a few milliseconds later, different for each of those that got in each
    /// other's way.
    std::optional<std::chrono::milliseconds> next(bool repeatHelps, bool reconnectHelps)
    {
        if (reconnectHelps)
            return std::exchange(m_hasReconnected, true) ? std::nullopt : std::optional(std::chrono::milliseconds(0));
        if (!repeatHelps || m_repeats == mostRepeats)
            return std::nullopt;
        return std::chrono::milliseconds(1 + QRandomGenerator::global()->bounded(4 << m_repeats++));
    }

private:
    static constexpr int mostRepeats = 3;

    bool m_hasReconnected = false;
    int m_repeats = 0;
};

} // namespace aegis
