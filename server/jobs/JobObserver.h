#pragma once

#include "server/jobs/Job.h"
#include "server/jobs/JobStore.h"
#include "server/metrics/Metrics.h"

#include <atomic>
#include <map>

namespace aegis {

/// Something about a job that somebody should look at.
struct JobTrouble {
    enum class Kind {
        Failed,    ///< a run ended with a problem
        Abandoned, ///< a run's server was killed, or the run hangs; another run takes its place
        Late,      ///< it should have begun a while ago, and nobody has begun it
    };
    Kind kind;
    QString job;
    JobRunId run; ///< nil: of none
    QString code; ///< of the problem (see ProblemCode), or empty
    QString text; ///< for the log alone: what failed inside
    Instant at{}; ///< Late: when it was due; else when it was noticed
};

/// What the runners of jobs tell: it measures, writes the log, and hands on what is wrong. This is the one place where a failed or late
/// job is told, once among all instances: who wants to alert people about it does so in `onTrouble`. Any thread.
class JobObserver {
public:
    using OnTrouble = std::function<void(const JobTrouble &)>;

    /// The metrics must outlive it. `onTrouble` is called on a job's thread and must not wait for anything.
    JobObserver(Metrics &metrics, const std::vector<Job> &jobs, OnTrouble onTrouble = {});

    /// A run of this instance has ended.
    void ended(const QString &job, const QString &outcome, std::chrono::microseconds duration);
    /// What this instance sees of a job, whoever runs it.
    void seen(const QString &job, bool isLate, const std::optional<Instant> &lastSuccess);
    void tell(const JobTrouble &trouble);

private:
    struct Of {
        Counter *succeeded = nullptr;
        Counter *failed = nullptr;
        Counter *abandoned = nullptr;
        Histogram *durations = nullptr;
        std::atomic<bool> isLate{false};
        std::atomic<std::int64_t> lastSuccess{0}; ///< seconds since 1970; 0: none yet
    };

    std::map<QString, Of> m_jobs; ///< no job comes or goes
    const OnTrouble m_onTrouble;
    std::vector<Metrics::Sampled> m_sampled;
};

} // namespace aegis
