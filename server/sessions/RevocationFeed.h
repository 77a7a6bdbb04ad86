#pragma once

#include "server/db/DatabaseSession.h"
#include "server/metrics/Histogram.h"
#include "server/sessions/RevocationList.h"

namespace aegis {

/// Keeps the list of revocations like the table, by asking what has come since the last time. When the database cannot
/// be asked the list grows old, and the guard no longer relies on it alone. One thread.
class RevocationFeed {
public:
    /// `delays`: how long after it happened each revocation of another instance became known here.
    RevocationFeed(DatabaseSession session, RevocationList &list, Histogram &delays) : m_session(std::move(session)), m_list(list), m_delays(delays)
    {
    }

    /// One look; the first one reads everything that is revoked.
    Result<void> poll(Instant now);

private:
    DatabaseSession m_session;
    RevocationList &m_list;
    Histogram &m_delays;
    bool m_isFirst = true;
    qint64 m_horizon = 0;
    Instant m_forgetAt{};
};

} // namespace aegis
