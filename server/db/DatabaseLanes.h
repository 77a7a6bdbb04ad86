#pragma once

#include "server/db/DatabaseLane.h"

#include <condition_variable>
#include <mutex>
#include <set>

namespace aegis {

/// The lanes of one database: one for each thread that has asked, made when it asks for the first time.
class DatabaseLanes {
public:
    explicit DatabaseLanes(DatabaseLaneOptions options);
    ~DatabaseLanes(); ///< stop()
    DatabaseLanes(const DatabaseLanes &) = delete;
    DatabaseLanes &operator=(const DatabaseLanes &) = delete;

    /// Of the calling thread, which runs an event loop of Qt.
    DatabaseLane &here();

    /// Refuses what waits and all that comes, with `shutting_down`; what is under way goes on. Any thread.
    void refuse();
    /// refuse(), then waits for what is under way, while the threads of the lanes run their event loops, and closes all
    /// connections. A thread that has ended before has closed its own. From one thread.
    void stop();

    std::size_t waiting() const { return m_counters->waiting; }
    std::uint64_t rejected() const { return m_counters->rejected; }

private:
    struct Open;
    class OfThisThread;

    const std::shared_ptr<const DatabaseLaneOptions> m_options;
    const std::shared_ptr<DatabaseLaneCounters> m_counters = std::make_shared<DatabaseLaneCounters>();
    const std::shared_ptr<Open> m_open;
};

} // namespace aegis
