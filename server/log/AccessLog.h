#pragma once

#include "server/http/AccessRecord.h"

#include <atomic>
#include <mutex>

namespace aegis::log {

/// Writes one answered request as the event `http_request`: at level info, error when the server itself failed (500), or
/// warning when it could not serve now (503 and the like). The query is not in it, because it may hold what must not be
/// logged. Any thread.
void access(const http::AccessRecord &record);

/// Writes requests as access() does, but of those that the transport refused only so many a second: they cost their sender
/// next to nothing, and must not fill the disk. The others are counted, and told in one line, `http_refusals_not_logged`,
/// with the first request after that second. Any thread.
class CappedAccessLog {
public:
    explicit CappedAccessLog(int refusalsPerSecond = 10) : m_limit(refusalsPerSecond) {}
    /// Tells what is not told yet.
    ~CappedAccessLog() { tell(m_notLogged.exchange(0)); }
    CappedAccessLog(const CappedAccessLog &) = delete;
    CappedAccessLog &operator=(const CappedAccessLog &) = delete;

    void write(const http::AccessRecord &record);

private:
    bool admits(const http::AccessRecord &record);
    static void tell(qint64 notLogged);

    const int m_limit;
    std::mutex m_mutex;
    qint64 m_second = 0; ///< that is counted; of the records' own time
    int m_logged = 0;    ///< in that second
    std::atomic<qint64> m_notLogged = 0;
};

} // namespace aegis::log
