#include "server/audit/SealLag.h"

#include "server/log/Log.h"

#include <algorithm>

namespace aegis {
namespace {

qint64 micros(Instant instant)
{
    return instant.time_since_epoch().count();
}

} // namespace

void SealLag::watch(const UnsealedEvents &seen, Instant now)
{
    qint64 since = 0;
    if (!seen.events.empty()) {
        const auto oldest = std::min_element(seen.events.begin(), seen.events.end(),
                                             [](const UnsealedEvent &a, const UnsealedEvent &b) { return a.occurredAt < b.occurredAt; });
        since = micros(oldest->occurredAt);
    } else if (seen.horizon < seen.newest && seen.horizon == m_lastHorizon) {
        const qint64 before = m_waitingSince.load();
        since = before != 0 ? before : micros(now);
    }
    m_lastHorizon = seen.horizon;
    m_waitingSince = since;
}

std::chrono::microseconds SealLag::at(Instant now) const
{
    const qint64 since = m_waitingSince.load();
    return std::chrono::microseconds(since == 0 ? 0 : std::max<qint64>(0, micros(now) - since));
}

void SealLag::warn(Instant now)
{
    const auto lag = at(now);
    const bool isLate = lag > m_tooLong;
    if (isLate && !m_hasWarned)
        log::warning("audit_sealing_lags",
                     {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(lag).count()},
                      {"message",
                       "events wait for their seal: until they have it they can be changed unseen. A transaction that is left open in "
                       "any database of the cluster holds up all that come after it"}});
    else if (m_hasWarned && !isLate)
        log::info("audit_sealing_recovered");
    m_hasWarned = isLate;
}

} // namespace aegis
