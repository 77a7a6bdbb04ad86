#pragma once

#include "shared/dto/Jobs.h"

namespace aegis {

/// Names a scheduled job.
struct JobRequest {
    QString job;
};

template <> struct Fields<JobRequest> {
    static constexpr std::string_view name = "JobRequest";
    static constexpr std::tuple list{
        field("job", &JobRequest::job, {.in = In::Path, .minLength = 1, .maxLength = 100, .description = "Its name.", .example = "session-cleanup"}),
    };
};

/// Asks for a page of a job's history.
struct JobRunListRequest {
    QString job;
    std::optional<int> limit;
    std::optional<QString> cursor;
};

template <> struct Fields<JobRunListRequest> {
    static constexpr std::string_view name = "JobRunListRequest";
    static constexpr std::tuple list{
        field("job", &JobRunListRequest::job,
              {.in = In::Path, .minLength = 1, .maxLength = 100, .description = "Its name.", .example = "session-cleanup"}),
        field("limit", &JobRunListRequest::limit, {.in = In::Query, .description = "Runs of a page, 1 to 200; absent: 50.", .example = "50"}),
        field("cursor", &JobRunListRequest::cursor,
              {.in = In::Query,
               .maxLength = 100,
               .description = "`nextCursor` of the page before.",
               .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
    };
};

/// Gives a job another schedule.
struct JobScheduleRequest {
    QString job;
    QString schedule;
};

template <> struct Fields<JobScheduleRequest> {
    static constexpr std::string_view name = "JobScheduleRequest";
    static constexpr std::tuple list{
        field("job", &JobScheduleRequest::job,
              {.in = In::Path, .minLength = 1, .maxLength = 100, .description = "Its name.", .example = "session-cleanup"}),
        field("schedule", &JobScheduleRequest::schedule,
              {.minLength = 1,
               .maxLength = 200,
               .description = "Cron expression of five fields, in UTC: minute, hour, day of the month, month, day of the week.",
               .example = "*/10 * * * *"}),
    };
};

} // namespace aegis
