#pragma once

#include "server/db/Session.h"
#include "server/sessions/RevocationList.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace aegis {

/// Keeps the list of revocations like the table, on a thread and a connection of its own, by asking every so often what
/// has come since. When the database cannot be asked the list grows old, and the guard no longer relies on it alone.
class RevocationFeed {
public:
    struct Options {
        std::chrono::milliseconds interval{250};
        std::function<Instant()> clock;
    };

    RevocationFeed(Session session, RevocationList &list, Options options);
    ~RevocationFeed();
    RevocationFeed(const RevocationFeed &) = delete;
    RevocationFeed &operator=(const RevocationFeed &) = delete;

    /// Reads everything that is revoked and goes on from there. Blocks until the list is complete; a server must not
    /// answer before.
    Result<void> start();

private:
    Result<void> poll();
    void work();

    Session m_session;
    RevocationList &m_list;
    const Options m_options;
    qint64 m_horizon = 0;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;
    std::thread m_thread;
};

} // namespace aegis
