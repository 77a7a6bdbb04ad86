#include "server/jobs/JobApi.h"

namespace aegis {
namespace {

constexpr int runsOfAPage = 50;

Task<Result<NoContent>> answered(Task<Result<void>> task)
{
    CO_CHECK(co_await task);
    co_return NoContent();
}

} // namespace

void bindJobs(http::Api &api, const JobService &jobs)
{
    api.on<endpoints::JobList>([&jobs](const RequestContext &context, NoRequest) { return jobs.list(context); });
    api.on<endpoints::JobRuns>([&jobs](const RequestContext &context, JobRunListRequest request) {
        return jobs.runs(context, request.job, request.limit.value_or(runsOfAPage), request.cursor.value_or(QString()).toLatin1());
    });
    api.on<endpoints::JobRunNow>([&jobs](const RequestContext &context, JobRequest request) { return answered(jobs.runNow(context, request.job)); });
    api.on<endpoints::JobPause>(
        [&jobs](const RequestContext &context, JobRequest request) { return answered(jobs.pause(context, request.job, true)); });
    api.on<endpoints::JobResume>(
        [&jobs](const RequestContext &context, JobRequest request) { return answered(jobs.pause(context, request.job, false)); });
    api.on<endpoints::JobReschedule>([&jobs](const RequestContext &context, JobScheduleRequest request) {
        return answered(jobs.setSchedule(context, request.job, request.schedule));
    });
}

} // namespace aegis
