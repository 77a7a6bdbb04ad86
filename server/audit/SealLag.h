#pragma once

#include "server/audit/SealStore.h"

#include <atomic>

namespace aegis {

/// Since when something waits to be sealed, and a line in the log when that is too long. One thread, but at() is anybody's.
class SealLag {
public:
    explicit SealLag(std::chrono::seconds tooLong) : m_tooLong(tooLong) {}

    /// What was just seen: events, or a transaction that does not end, behind which events may be.
    void watch(const UnsealedEvents &seen, Instant now);
    void clear() { m_waitingSince = 0; }
    /// 0: nothing waits.
    std::chrono::microseconds at(Instant now) const;
    /// Says once when it begins to be too long, and when that is over.
    void warn(Instant now);

private:
    const std::chrono::seconds m_tooLong;
    qint64 m_lastHorizon = -1;
    bool m_hasWarned = false;
    std::atomic<qint64> m_waitingSince{0}; ///< microseconds since 1970; 0: nothing waits
};

} // namespace aegis
