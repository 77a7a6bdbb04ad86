#pragma once

#include "shared/dto/admin/JobRequests.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

namespace admin {

inline constexpr ProblemSet jobChange{ProblemCode::NotFound, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown};

} // namespace admin

struct JobList {
    using Request = NoRequest;
    using Response = JobListResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/jobs",
        .operationId = "jobList",
        .access = Access::With(Permission::JobRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable},
        .tag = "Administration: jobs",
        .summary = "List scheduled jobs",
        .description = "With their next and last runs.",
    };
};

struct JobRuns {
    using Request = JobRunListRequest;
    using Response = JobRunListResponse;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/admin/jobs/{job}/runs",
        .operationId = "jobRuns",
        .access = Access::With(Permission::JobRead),
        .rateClass = RateClass::Account,
        .successStatus = 200,
        .problems = {ProblemCode::NotFound, ProblemCode::DatabaseUnavailable},
        .tag = "Administration: jobs",
        .summary = "Look at a job's history",
    };
};

struct JobRunNow {
    using Request = JobRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/jobs/{job}/run",
        .operationId = "jobRunNow",
        .access = Access::With(Permission::JobManage),
        .rateClass = RateClass::Account,
        .successStatus = 204,
        .problems = admin::jobChange,
        .tag = "Administration: jobs",
        .summary = "Run a job now",
        .description = "As soon as a server sees it, also while it is paused. Asking again before it has begun is the same.",
    };
};

struct JobPause {
    using Request = JobRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/jobs/{job}/pause",
        .operationId = "jobPause",
        .access = Access::With(Permission::JobManage),
        .rateClass = RateClass::Account,
        .successStatus = 204,
        .problems = admin::jobChange,
        .tag = "Administration: jobs",
        .summary = "Stop a job's schedule",
        .description = "A run that is under way is finished.",
    };
};

struct JobResume {
    using Request = JobRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/admin/jobs/{job}/resume",
        .operationId = "jobResume",
        .access = Access::With(Permission::JobManage),
        .rateClass = RateClass::Account,
        .successStatus = 204,
        .problems = admin::jobChange,
        .tag = "Administration: jobs",
        .summary = "Go on with a job's schedule",
    };
};

struct JobReschedule {
    using Request = JobScheduleRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Put,
        .path = "/admin/jobs/{job}/schedule",
        .operationId = "jobReschedule",
        .access = Access::With(Permission::JobManage),
        .rateClass = RateClass::Account,
        .successStatus = 204,
        .problems = admin::jobChange,
        .tag = "Administration: jobs",
        .summary = "Give a job another schedule",
        .description = "The default one is followed from then on, should a later version have another.",
    };
};

} // namespace aegis::endpoints
