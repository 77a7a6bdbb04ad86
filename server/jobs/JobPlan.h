#pragma once

#include "server/jobs/CronExpression.h"
#include "server/jobs/JobStore.h"

namespace aegis {

/// Why a job is to be run, and since when.
struct JobDue {
    Instant at{};
    QString trigger; ///< as in `job_run`
};

/// Decides from what the database says of a job, its schedule and the time alone. Nothing: it is not due, or somebody runs it.
///
/// A job that has never ended is due at once. After a run, the first time of its schedule after the run's start is the next one, however
/// many there were since: nothing is made up for. After a failure it is tried again sooner, first after a minute, then after twice as
/// long each time. An operator's change counts as a start, so a job that was paused for a week waits for its next time. A run whose
/// lease is over is due since then, to be done again.
std::optional<JobDue> jobDue(const JobState &state, const CronExpression &schedule, Instant now);

/// When it will next be run by its schedule: in the past when that is overdue. Nothing: it is paused, or its schedule never comes.
std::optional<Instant> nextRun(const JobState &state, const CronExpression &schedule);

} // namespace aegis
