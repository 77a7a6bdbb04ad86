#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/jobs/CronExpression.h"
#include "server/jobs/Job.h"
#include "server/jobs/JobStore.h"
#include "shared/dto/Jobs.h"

#include <mutex>

namespace aegis {

/// What operators see and say of the scheduled jobs. Whether the caller may is asked before. Changes are of the platform, whichever
/// tenant the caller is in, and each leaves an event. Any I/O thread.
class JobService {
public:
    /// Nothing is known of jobs until setJobs() was called.
    explicit JobService(Database &database) : m_database(database) {}

    /// The jobs of this program, when they count as late, and what to call when one was asked for, to hasten it. Before the first call
    /// of anything else.
    void setJobs(const std::vector<Job> &jobs, std::chrono::seconds lateAfter);
    void onRequested(std::function<void()> wake);

    Task<Result<JobListResponse>> list(const RequestContext &context) const;
    /// The newest first, 1 to 200; `cursor` is that of the page before, or empty. `not_found` for a job that there is not.
    Task<Result<JobRunListResponse>> runs(const RequestContext &context, QString job, int limit, QByteArray cursor) const;

    // `not_found` for a job that there is not. What is so already stays so and leaves no event.

    /// One run, as soon as an instance sees it; a paused job as well. While one runs, another after it.
    Task<Result<void>> runNow(const RequestContext &context, QString job) const;
    /// Stops or goes on with the schedule. A run that is under way is finished.
    Task<Result<void>> pause(const RequestContext &context, QString job, bool isPaused) const;
    /// `validation_failed` with the field `schedule` when it is no cron expression, or never comes. The default one is followed from then
    /// on, should a later version have another.
    Task<Result<void>> setSchedule(const RequestContext &context, QString job, QString schedule) const;

private:
    struct Known {
        QString name;
        QString description;
        CronExpression schedule;
    };
    const Known *find(const QString &name) const;
    JobDto dtoOf(const Known &known, const JobState &state, Instant now) const;

    Database &m_database;
    std::vector<Known> m_jobs; ///< in the order of their names
    std::chrono::seconds m_lateAfter{0};
    mutable std::mutex m_mutex;
    std::function<void()> m_wake;
};

} // namespace aegis
