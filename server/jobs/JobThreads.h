#pragma once

#include "server/db/Database.h"
#include "server/jobs/BackgroundLoop.h"
#include "server/jobs/JobRunner.h"

#include <list>

namespace aegis {

/// The threads that jobs are run on. One looks, every `pause`, whether any are due or late, and runs none itself: whatever a job does, the
/// next look comes. When some are due it starts up to two others, with a connection each, which run one after the other and end when
/// none is due. Two, so that a job that takes long (a million sessions) or waits for a lock does not hold up the rest. More would only
/// take the database's time from requests. One that hangs for good does not count as one of the two: another thread takes
/// its place, so that even several of that kind stop none but themselves.
class JobThreads {
public:
    /// The database and the runner must outlive it.
    JobThreads(const Database &database, JobRunner &runner, std::chrono::milliseconds pause);
    /// Ends after the steps that are under way.
    ~JobThreads();
    JobThreads(const JobThreads &) = delete;
    JobThreads &operator=(const JobThreads &) = delete;

    /// Waits for nothing.
    void start() { m_loop->startInBackground(); }
    /// Looks now. Any thread.
    void wake() { m_loop->wake(); }

    static constexpr int most = 2; ///< that run jobs at once

private:
    struct Worker {
        std::thread thread;
        std::atomic<bool> isDone{false};
    };

    Result<void> look();
    void work(Worker &worker);
    void reap();

    const Database &m_database;
    JobRunner &m_runner;
    DatabaseSession m_session;   ///< the looking thread's
    std::list<Worker> m_workers; ///< the looking thread's; when that has ended, the destructor's
    std::unique_ptr<BackgroundLoop> m_loop;
};

} // namespace aegis
