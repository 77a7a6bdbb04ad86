#include "server/jobs/JobService.h"

#include "server/events/EventBatch.h"
#include "server/events/EventStore.h"
#include "server/jobs/JobPlan.h"

#include <algorithm>

namespace aegis {
namespace {

constexpr int longestPage = 200;

/// Jobs are the platform's: so are their events, whoever's session it was.
RequestContext ofPlatform(const RequestContext &context)
{
    return context.withTenant({});
}

EventBatch eventOf(const RequestContext &context, EventType type, const QString &job)
{
    EventBatch events(context);
    events.add({.type = type, .subject = {}, .payload = {{QStringLiteral("job"), job}}});
    return events;
}

Problem badSchedule(const QString &why)
{
    return Problem(ProblemCode::ValidationFailed).withField({QStringLiteral("schedule"), FieldCode::Format, why});
}

JobRunDto dtoOf(const JobRun &run)
{
    JobRunDto dto;
    dto.id = run.id;
    dto.job = run.job;
    dto.instance = InstanceId(run.instance);
    dto.trigger = run.trigger;
    dto.requestedBy = orNull(run.requestedBy);
    dto.startedAt = run.startedAt;
    dto.finishedAt = run.finishedAt;
    if (run.finishedAt)
        dto.durationMs = (*run.finishedAt - run.startedAt) / std::chrono::milliseconds(1);
    dto.outcome = run.outcome;
    for (auto count = run.counts.begin(); count != run.counts.end(); ++count)
        dto.counts.push_back({.name = count.key(), .value = count.value().toInteger()});
    if (!run.error.isEmpty())
        dto.error = run.error;
    return dto;
}

} // namespace

void JobService::setJobs(const std::vector<Job> &jobs, std::chrono::seconds lateAfter)
{
    m_lateAfter = lateAfter;
    m_jobs.clear();
    for (const Job &job : jobs)
        m_jobs.push_back({.name = job.name, .description = job.description, .schedule = CronExpression::parse(job.schedule).value()});
    std::sort(m_jobs.begin(), m_jobs.end(), [](const Known &one, const Known &other) { return one.name < other.name; });
}

void JobService::onRequested(std::function<void()> wake)
{
    const std::lock_guard lock(m_mutex);
    m_wake = std::move(wake);
}

const JobService::Known *JobService::find(const QString &name) const
{
    const auto found = std::find_if(m_jobs.begin(), m_jobs.end(), [&](const Known &one) { return one.name == name; });
    return found == m_jobs.end() ? nullptr : &*found;
}

JobDto JobService::dtoOf(const Known &known, const JobState &state, Instant now) const
{
    const auto own = state.schedule ? CronExpression::parse(*state.schedule) : Result<CronExpression>(known.schedule);
    const CronExpression &schedule = own ? *own : known.schedule;
    JobDto dto;
    dto.name = known.name;
    dto.description = known.description;
    dto.schedule = schedule.text();
    dto.defaultSchedule = known.schedule.text();
    dto.nextRunAt = nextRun(state, schedule);
    dto.pausedAt = state.pausedAt;
    dto.requestedAt = state.requestedAt;
    const std::optional<JobDue> due = jobDue(state, schedule, now);
    dto.late = due && now - std::max(due->at, state.updatedAt) > m_lateAfter;
    if (state.isRunning(now))
        dto.runningOn = InstanceId(state.last.instance);
    if (!state.last.id.isNil())
        dto.lastRun = aegis::dtoOf(state.last);
    dto.lastSuccessAt = state.lastSuccess;
    return dto;
}

Task<Result<JobListResponse>> JobService::list(const RequestContext &context) const
{
    using States = std::vector<JobState>;
    CO_TRY(const States states, co_await m_database.read<States>(context, [](Tx &tx) { return JobStore::states(tx); }));
    JobListResponse response;
    for (const Known &known : m_jobs) {
        const auto state = std::find_if(states.begin(), states.end(), [&](const JobState &one) { return one.name == known.name; });
        if (state != states.end()) // else no server has looked at it yet
            response.jobs.push_back(dtoOf(known, *state, context.now));
    }
    co_return response;
}

Task<Result<JobRunListResponse>> JobService::runs(const RequestContext &context, QString job, int limit, QByteArray cursor) const
{
    if (!find(job))
        co_return ProblemCode::NotFound;
    if (limit < 1 || limit > longestPage) {
        co_return Problem(ProblemCode::ValidationFailed)
            .withField({QStringLiteral("limit"), FieldCode::Range, QStringLiteral("It must be from 1 to %1.").arg(longestPage)});
    }
    const std::optional<JobRunId> after = cursor.isEmpty() ? JobRunId() : JobRunId::parse(cursor);
    if (!after)
        co_return Problem(ProblemCode::ValidationFailed)
            .withField({QStringLiteral("cursor"), FieldCode::Format, QStringLiteral("It must be the `nextCursor` of the page before.")});
    using Runs = std::vector<JobRun>;
    CO_TRY(const Runs found, co_await m_database.read<Runs>(context, [&](Tx &tx) { return JobStore::runs(tx, job, *after, limit + 1); }));
    JobRunListResponse response;
    for (const JobRun &run : found) {
        if (static_cast<int>(response.runs.size()) == limit) {
            response.nextCursor = QString::fromLatin1(response.runs.back().id.text());
            break;
        }
        response.runs.push_back(aegis::dtoOf(run));
    }
    co_return response;
}

Task<Result<void>> JobService::runNow(const RequestContext &context, QString job) const
{
    if (!find(job))
        co_return ProblemCode::NotFound;
    const RequestContext platform = ofPlatform(context);
    CO_CHECK(co_await m_database.write<void>(platform, [&](Tx &tx) -> Result<void> {
        TRY(const JobState state, JobStore::lock(tx, job));
        if (state.requestedAt)
            return {};
        CHECK(JobStore::request(tx, job, platform.actor.user));
        return EventStore::append(tx, eventOf(platform, EventType::JobRequested, job));
    }));
    const std::lock_guard lock(m_mutex);
    if (m_wake)
        m_wake();
    co_return Result<void>();
}

Task<Result<void>> JobService::pause(const RequestContext &context, QString job, bool isPaused) const
{
    if (!find(job))
        co_return ProblemCode::NotFound;
    const RequestContext platform = ofPlatform(context);
    CO_CHECK(co_await m_database.write<void>(platform, [&](Tx &tx) -> Result<void> {
        TRY(const JobState state, JobStore::lock(tx, job));
        if (state.pausedAt.has_value() == isPaused)
            return {};
        CHECK(JobStore::setPaused(tx, job, isPaused));
        return EventStore::append(tx, eventOf(platform, isPaused ? EventType::JobPaused : EventType::JobResumed, job));
    }));
    co_return Result<void>();
}

Task<Result<void>> JobService::setSchedule(const RequestContext &context, QString job, QString schedule) const
{
    const Known *known = find(job);
    if (!known)
        co_return ProblemCode::NotFound;
    const auto parsed = CronExpression::parse(schedule);
    if (!parsed)
        co_return badSchedule(parsed.problem().detail);
    if (!parsed->next(context.now))
        co_return badSchedule(QStringLiteral("day of the month: there is no such day within four years"));
    const RequestContext platform = ofPlatform(context);
    const QString wanted = parsed->text();
    CO_CHECK(co_await m_database.write<void>(platform, [&](Tx &tx) -> Result<void> {
        TRY(const JobState state, JobStore::lock(tx, job));
        const QString before = state.schedule.value_or(known->schedule.text());
        if (before == wanted)
            return {};
        const bool isDefault = wanted == known->schedule.text();
        CHECK(JobStore::setSchedule(tx, job, isDefault ? std::nullopt : std::optional(wanted)));
        EventBatch events(platform);
        events.add({.type = EventType::JobScheduleChanged,
                    .subject = {},
                    .payload = {{QStringLiteral("job"), job}, {QStringLiteral("before"), before}, {QStringLiteral("after"), wanted}}});
        return EventStore::append(tx, events);
    }));
    co_return Result<void>();
}

} // namespace aegis
