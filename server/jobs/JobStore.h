#pragma once

#include "server/db/Tx.h"
#include "shared/dto/Jobs.h"

#include <vector>

namespace aegis {

/// One row of `job_run`.
struct JobRun {
    JobRunId id; ///< nil: there is none
    QString job;
    QUuid instance; ///< of the server
    QString trigger;
    UserId requestedBy; ///< nil: nobody
    Instant startedAt{};
    std::optional<Instant> finishedAt; ///< nothing: it is running, or its server is gone
    QString outcome;                   ///< `running`, `succeeded`, `failed` or `abandoned`
    QJsonObject counts;
    QString error; ///< empty: none
};

/// All that the database knows of a job. Its schedule is the program's when none is set.
struct JobState {
    QString name;
    std::optional<QString> schedule;
    std::optional<Instant> pausedAt;
    std::optional<Instant> requestedAt;
    std::optional<Instant> toldLateFor;
    Instant createdAt{};
    Instant updatedAt{};
    std::optional<Instant> heldUntil; ///< the lease of the last run
    JobRun last;
    std::optional<Instant> lastStart;   ///< of a run that was not abandoned
    std::optional<Instant> lastSuccess; ///< when it ended
    int failures = 0;                   ///< in a row by now; what is more than six is not counted

    bool isRunning(Instant now) const { return last.outcome == QLatin1String("running") && heldUntil && *heldUntil > now; }
};

/// The tables `job` and `job_run`, and the leases of jobs as far as they are those of runs.
class JobStore {
public:
    /// Makes the rows of jobs that have none.
    static Result<void> ensure(Tx &tx, const QStringList &names);
    static Result<std::vector<JobState>> states(Tx &tx);
    /// One that changes are about, locked; `not_found` when there is no such row.
    static Result<JobState> lock(Tx &tx, const QString &name);

    struct Beginning {
        JobRunId run;
        QString job;
        QUuid instance;
        QString trigger;
        JobRunId last; ///< nil: there was none
        Instant heldUntil{};
    };
    struct Begun {
        UserId requestedBy;
        JobRunId abandoned; ///< the run that this one takes the place of; nil: none
    };
    /// Nothing: somebody else has begun one, or it is not due any more.
    static Result<std::optional<Begun>> begin(Tx &tx, const Beginning &beginning);
    /// False: the lease is another run's.
    static Result<bool> renew(Tx &tx, const QString &job, const JobRunId &run, Instant heldUntil);

    struct Ending {
        JobRunId run;
        QString job;
        QString outcome;
        QJsonObject counts;
        QString error; ///< empty: none
        QByteArray events;
    };
    /// False, and nothing is written: the run was taken for abandoned.
    static Result<bool> finish(Tx &tx, const Ending &ending);

    /// True for the first who says that the run due then is late.
    static Result<bool> tellLate(Tx &tx, const QString &job, Instant dueAt);

    static Result<void> setPaused(Tx &tx, const QString &name, bool isPaused);
    static Result<void> setSchedule(Tx &tx, const QString &name, const std::optional<QString> &schedule);
    static Result<void> request(Tx &tx, const QString &name, const UserId &by);

    /// Runs of a job, the newest first, that come after that one (nil: from the newest on).
    static Result<std::vector<JobRun>> runs(Tx &tx, const QString &job, const JobRunId &after, int most);
    /// Removes some that began before then, but for the last one and the last good one of each job.
    static Result<qint64> removeOld(Tx &tx, Instant before, int most);
};

} // namespace aegis
