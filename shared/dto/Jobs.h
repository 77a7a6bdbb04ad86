#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"

#include <QtCore/QString>

#include <optional>
#include <vector>

namespace aegis {

using JobRunId = Id<struct JobRunTag>;
using InstanceId = Id<struct InstanceTag>; ///< one run of a server

/// A number of what a run has done.
struct JobCountDto {
    QString name;
    qint64 value = 0;
};

template <> struct Fields<JobCountDto> {
    static constexpr std::string_view name = "JobCount";
    static constexpr std::tuple list{
        field("name", &JobCountDto::name, {.description = "What was counted.", .example = "ended"}),
        field("value", &JobCountDto::value, {.description = "How many.", .example = "42"}),
    };
};

/// One run of a scheduled job.
struct JobRunDto {
    JobRunId id;
    QString job;
    InstanceId instance;
    QString trigger;
    std::optional<UserId> requestedBy;
    Instant startedAt{};
    std::optional<Instant> finishedAt;
    std::optional<qint64> durationMs;
    QString outcome;
    std::vector<JobCountDto> counts;
    std::optional<QString> error;
};

template <> struct Fields<JobRunDto> {
    static constexpr std::string_view name = "JobRun";
    static constexpr std::tuple list{
        field("id", &JobRunDto::id, {.description = "Of the run.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
        field("job", &JobRunDto::job, {.description = "Name of the job.", .example = "session-cleanup"}),
        field("instance", &JobRunDto::instance,
              {.description = "The server that ran it; a server that is started again is another one.",
               .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("trigger", &JobRunDto::trigger, {.values = "schedule,manual", .description = "Why it was run.", .example = "schedule"}),
        field("requestedBy", &JobRunDto::requestedBy,
              {.nullable = true, .description = "Who asked for it.", .example = "0193a0f0-7c00-7abc-8def-00000000d00d"}),
        field("startedAt", &JobRunDto::startedAt, {.description = "When it began.", .example = "2026-11-22T07:27:00.123Z"}),
        field("finishedAt", &JobRunDto::finishedAt, {.nullable = true, .description = "When it ended.", .example = "2026-11-22T07:27:01.456Z"}),
        field("durationMs", &JobRunDto::durationMs, {.nullable = true, .description = "Milliseconds between the two.", .example = "1333"}),
        field("outcome", &JobRunDto::outcome,
              {.values = "running,succeeded,failed,abandoned",
               .description = "`abandoned`: its server was stopped or killed, or it hung, and another run takes its place.",
               .example = "succeeded"}),
        field("counts", &JobRunDto::counts, {.description = "What it has done."}),
        field("error", &JobRunDto::error,
              {.nullable = true, .description = "What stood in its way; the server's log says more.", .example = "database_unavailable"}),
    };
};

/// A scheduled job.
struct JobDto {
    QString name;
    QString description;
    QString schedule;
    QString defaultSchedule;
    std::optional<Instant> nextRunAt;
    std::optional<Instant> pausedAt;
    std::optional<Instant> requestedAt;
    bool late = false;
    std::optional<InstanceId> runningOn;
    std::optional<JobRunDto> lastRun;
    std::optional<Instant> lastSuccessAt;
};

template <> struct Fields<JobDto> {
    static constexpr std::string_view name = "Job";
    static constexpr std::tuple list{
        field("name", &JobDto::name, {.description = "Stable name.", .example = "session-cleanup"}),
        field("description", &JobDto::description, {.description = "What it does.", .example = "Ends sessions that have expired."}),
        field("schedule", &JobDto::schedule, {.description = "Cron expression, in UTC.", .example = "27 * * * *"}),
        field("defaultSchedule", &JobDto::defaultSchedule, {.description = "The one that it has by itself.", .example = "27 * * * *"}),
        field("nextRunAt", &JobDto::nextRunAt,
              {.nullable = true,
               .description = "When it will be run by its schedule, or sooner after a failure; null while it is paused.",
               .example = "2026-11-22T08:27:00.000Z"}),
        field("pausedAt", &JobDto::pausedAt,
              {.nullable = true, .description = "Since when its schedule is paused.", .example = "2026-11-22T07:30:00.123Z"}),
        field("requestedAt", &JobDto::requestedAt,
              {.nullable = true, .description = "When a run was asked for that has not begun yet.", .example = "2026-11-22T07:30:00.123Z"}),
        field("late", &JobDto::late, {.description = "Whether it should have begun more than JOB_LATE_AFTER ago.", .example = "false"}),
        field("runningOn", &JobDto::runningOn,
              {.nullable = true, .description = "The server that runs it now.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("lastRun", &JobDto::lastRun, {.nullable = true, .description = "The last run, which may be running."}),
        field("lastSuccessAt", &JobDto::lastSuccessAt,
              {.nullable = true, .description = "When a run last ended well.", .example = "2026-11-22T07:27:01.456Z"}),
    };
};

/// All scheduled jobs.
struct JobListResponse {
    std::vector<JobDto> jobs;
};

template <> struct Fields<JobListResponse> {
    static constexpr std::string_view name = "JobListResponse";
    static constexpr std::tuple list{
        field("jobs", &JobListResponse::jobs, {.description = "All there are, in the order of their names."}),
    };
};

/// A page of a job's history.
struct JobRunListResponse {
    std::vector<JobRunDto> runs;
    std::optional<QString> nextCursor;
};

template <> struct Fields<JobRunListResponse> {
    static constexpr std::string_view name = "JobRunListResponse";
    static constexpr std::tuple list{
        field("runs", &JobRunListResponse::runs, {.description = "The newest first."}),
        field("nextCursor", &JobRunListResponse::nextCursor,
              {.nullable = true,
               .description = "Leads to the next page; null: this is the last one.",
               .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
    };
};

} // namespace aegis
