#pragma once

#include "server/jobs/JobObserver.h"
#include "server/jobs/JobPlan.h"

#include <mutex>

namespace aegis {

/// Runs jobs that are due, on the threads of who calls it. Any number of instances may do it on one database: a job is run by who has
/// its lease, which is held under the id of the run, lasts a minute, and is renewed between the steps of the job. So a server that was
/// killed, and a run that hangs, lose it, and whoever takes it next marks the run as abandoned; from then on the run ends at its next
/// step, and cannot write how it ended. Any thread, each with a session of its own.
class JobRunner {
public:
    struct Options {
        QUuid instance; ///< what this server is called in the history
        std::function<Instant()> clock;
        std::chrono::seconds lateAfter{600};
        std::chrono::seconds lease{60};
    };

    /// The observer must outlive it.
    JobRunner(std::vector<Job> jobs, Options options, JobObserver &observer);

    /// Looks at all jobs: makes the rows that are missing, and tells what is late. How many this instance could begin.
    Result<int> look(DatabaseSession &session);
    /// Runs the job that has been due for longest to its end; false when none is, or others were faster. A job that fails is no
    /// problem here.
    Result<bool> runNext(DatabaseSession &session);

    /// Runs that have not come to their next step for twice as long as a lease lasts: their threads are not to be counted on.
    int hanging() const;
    /// Makes the runs end at their next step, and begins none. It cannot be undone.
    void stop() { m_stopping = true; }

    const std::vector<Job> &jobs() const { return m_jobs; }

private:
    struct Candidate {
        const Job *job = nullptr;
        JobDue due;
        JobRunId last;
    };
    struct Run {
        const Job *job = nullptr;
        JobRunId id;
        QString trigger;
        UserId requestedBy;
        Instant startedAt{};
        std::chrono::steady_clock::time_point renewedAt; ///< of the lease
    };

    RequestContext context() const { return RequestContext::forSystem(m_options.clock()); }
    const Job *jobNamed(const QString &name) const;
    CronExpression scheduleOf(const Job &job, const JobState &state) const;
    std::vector<Candidate> dueAmong(const std::vector<JobState> &states, Instant now) const;
    Result<void> lookAt(DatabaseSession &session, const RequestContext &context, const Job &job, const JobState &state);
    /// Nothing: somebody else was faster.
    Result<std::optional<Run>> begin(DatabaseSession &session, const Candidate &candidate);
    Result<void> carryOut(DatabaseSession &session, Run &run);
    Result<void> goOn(DatabaseSession &session, Run &run);
    Result<void> finish(DatabaseSession &session, const Run &run, const Result<JobCounts> &outcome);

    /// Takes a job's name so that this instance runs it once; false: it does already.
    bool enter(const Job &job);
    void leave(const Job &job);
    void showLife(const Job &job);

    const std::vector<Job> m_jobs;
    const Options m_options;
    JobObserver &m_observer;
    const Instant m_startedAt; ///< what should have begun before is late from then on
    std::atomic<bool> m_stopping{false};
    std::atomic<bool> m_hasRows{false};
    mutable std::mutex m_mutex;
    std::map<QString, std::chrono::steady_clock::time_point> m_here; ///< the jobs that this instance runs, and when each last showed life
};

} // namespace aegis
