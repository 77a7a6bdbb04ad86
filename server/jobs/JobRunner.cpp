#include "server/jobs/JobRunner.h"

#include "server/events/EventBatch.h"
#include "server/events/EventStore.h"
#include "server/log/Log.h"

#include <algorithm>

namespace aegis {
namespace {

using Steady = std::chrono::steady_clock;
using States = std::vector<JobState>;

QString codeOf(const Problem &problem)
{
    return problemInfo(problem.code).name;
}

/// What operators are told in the history: no more than the code, for what is inside may name people.
QString errorOf(const Problem &problem)
{
    return problem.detail.isEmpty() ? codeOf(problem) : QStringLiteral("%1: %2").arg(codeOf(problem), problem.detail);
}

EventDraft failure(const QString &job, const JobRunId &run, const QString &trigger, const QString &reason, const QJsonValue &error)
{
    return {.type = EventType::JobFailed,
            .subject = run.uuid(),
            .payload = {{QStringLiteral("job"), job},
                        {QStringLiteral("trigger"), trigger},
                        {QStringLiteral("reason"), reason},
                        {QStringLiteral("error"), error}}};
}

/// An exception is a bug, and fails the run like anything else.
Result<JobCounts> outcomeOf(const Job &job, const JobContext &context)
{
    try {
        return job.run(context);
    } catch (const std::exception &exception) {
        return Problem(ProblemCode::Internal).withInternal(QString::fromUtf8(exception.what()));
    }
}

} // namespace

JobRunner::JobRunner(std::vector<Job> jobs, Options options, JobObserver &observer) :
    m_jobs(std::move(jobs)), m_options(std::move(options)), m_observer(observer), m_startedAt(m_options.clock())
{
}

const Job *JobRunner::jobNamed(const QString &name) const
{
    const auto found = std::find_if(m_jobs.begin(), m_jobs.end(), [&](const Job &job) { return name == job.name; });
    return found == m_jobs.end() ? nullptr : &*found;
}

CronExpression JobRunner::scheduleOf(const Job &job, const JobState &state) const
{
    if (state.schedule) {
        if (auto own = CronExpression::parse(*state.schedule))
            return *std::move(own);
    }
    return CronExpression::parse(job.schedule).value(); // a test reads them all
}

std::vector<JobRunner::Candidate> JobRunner::dueAmong(const States &states, Instant now) const
{
    std::vector<Candidate> due;
    for (const Job &job : m_jobs) { // those that are due since the same moment go in their order
        const auto state = std::find_if(states.begin(), states.end(), [&](const JobState &one) { return one.name == job.name; });
        if (state == states.end())
            continue;
        if (const std::optional<JobDue> found = jobDue(*state, scheduleOf(job, *state), now))
            due.push_back({.job = &job, .due = *found, .last = state->last.id});
    }
    {
        const std::lock_guard lock(m_mutex);
        std::erase_if(due, [&](const Candidate &one) { return m_here.contains(one.job->name); });
    }
    std::stable_sort(due.begin(), due.end(), [](const Candidate &one, const Candidate &other) { return one.due.at < other.due.at; });
    return due;
}

Result<int> JobRunner::look(DatabaseSession &session)
{
    const RequestContext context = this->context();
    if (!m_hasRows) {
        QStringList names;
        for (const Job &job : m_jobs)
            names.append(job.name);
        CHECK(session.write<void>(context, [&](Tx &tx) { return JobStore::ensure(tx, names); }));
        m_hasRows = true;
    }
    TRY(const States states, session.read<States>(context, JobStore::states));
    for (const JobState &state : states) {
        if (const Job *job = jobNamed(state.name)) // else a newer server's
            CHECK(lookAt(session, context, *job, state));
    }
    return m_stopping ? 0 : static_cast<int>(dueAmong(states, context.now).size());
}

Result<void> JobRunner::lookAt(DatabaseSession &session, const RequestContext &context, const Job &job, const JobState &state)
{
    const std::optional<JobDue> due = jobDue(state, scheduleOf(job, state), context.now);
    // While no server ran nobody could begin it, and what an operator has just changed is not overdue yet.
    const bool isLate = due && context.now - std::max({due->at, m_startedAt, state.updatedAt}) > m_options.lateAfter;
    m_observer.seen(state.name, isLate, state.lastSuccess);
    if (!isLate || state.toldLateFor == due->at)
        return {};
    TRY(const bool isFirst, session.write<bool>(context, [&](Tx &tx) { return JobStore::tellLate(tx, state.name, due->at); }));
    if (isFirst)
        m_observer.tell({.kind = JobTrouble::Kind::Late, .job = state.name, .run = {}, .code = {}, .text = {}, .at = due->at});
    return {};
}

Result<bool> JobRunner::runNext(DatabaseSession &session)
{
    if (m_stopping)
        return false;
    const RequestContext context = this->context();
    TRY(const States states, session.read<States>(context, JobStore::states));
    for (const Candidate &candidate : dueAmong(states, context.now)) {
        if (!enter(*candidate.job))
            continue;
        auto run = begin(session, candidate);
        Result<void> ended;
        if (run && *run)
            ended = carryOut(session, **run);
        leave(*candidate.job);
        if (!run)
            return std::move(run).problem();
        if (*run) {
            CHECK(std::move(ended));
            return true;
        }
    }
    return false;
}

Result<std::optional<JobRunner::Run>> JobRunner::begin(DatabaseSession &session, const Candidate &candidate)
{
    using Begun = std::optional<JobStore::Begun>;
    const RequestContext context = this->context();
    // Runs are ordered by their ids, whichever clock made them.
    const Instant afterLast = uuid7Time(candidate.last.uuid()).value_or(Instant()) + std::chrono::milliseconds(1);
    const Run run{.job = candidate.job,
                  .id = JobRunId::make(std::max(context.now, afterLast)),
                  .trigger = candidate.due.trigger,
                  .requestedBy = {},
                  .startedAt = context.now,
                  .renewedAt = Steady::now()};
    const JobStore::Beginning beginning{.run = run.id,
                                        .job = candidate.job->name,
                                        .instance = m_options.instance,
                                        .trigger = run.trigger,
                                        .last = candidate.last,
                                        .heldUntil = context.now + m_options.lease};
    TRY(const Begun begun, session.write<Begun>(context, [&](Tx &tx) -> Result<Begun> {
        TRY(const Begun answer, JobStore::begin(tx, beginning));
        if (answer && !answer->abandoned.isNil()) {
            EventBatch events(context);
            events.add(failure(beginning.job, answer->abandoned, beginning.trigger, QStringLiteral("abandoned"), QJsonValue::Null));
            CHECK(EventStore::append(tx, events));
        }
        return answer;
    }));
    if (!begun)
        return std::optional<Run>();
    if (!begun->abandoned.isNil()) {
        m_observer.tell(
            {.kind = JobTrouble::Kind::Abandoned, .job = beginning.job, .run = begun->abandoned, .code = {}, .text = {}, .at = context.now});
    }
    Run mine = run;
    mine.requestedBy = begun->requestedBy;
    return std::optional(mine);
}

Result<void> JobRunner::carryOut(DatabaseSession &session, Run &run)
{
    const JobContext context{.session = session, .now = run.startedAt, .goOn = [this, &session, &run] { return goOn(session, run); }};
    return finish(session, run, outcomeOf(*run.job, context));
}

Result<void> JobRunner::goOn(DatabaseSession &session, Run &run)
{
    if (m_stopping)
        return ProblemCode::ShuttingDown;
    showLife(*run.job);
    const auto now = Steady::now();
    if (now - run.renewedAt < m_options.lease / 4)
        return {};
    const RequestContext context = this->context();
    TRY(const bool isOurs,
        session.write<bool>(context, [&](Tx &tx) { return JobStore::renew(tx, run.job->name, run.id, context.now + m_options.lease); }));
    if (!isOurs)
        return Problem(ProblemCode::Conflict, QStringLiteral("another run has taken the place of this one"));
    run.renewedAt = now;
    return {};
}

Result<void> JobRunner::finish(DatabaseSession &session, const Run &run, const Result<JobCounts> &outcome)
{
    const RequestContext context = this->context();
    const auto duration = std::max(context.now - run.startedAt, std::chrono::microseconds(0));
    const bool isLeft = !outcome && outcome.problem().code == ProblemCode::ShuttingDown; // no failure: another server goes on
    JobStore::Ending ending{.run = run.id,
                            .job = run.job->name,
                            .outcome = outcome ? QStringLiteral("succeeded") : QStringLiteral("failed"),
                            .counts = outcome ? outcome->json() : QJsonObject(),
                            .error = outcome ? QString() : errorOf(outcome.problem()),
                            .events = {}};
    EventBatch events(context);
    if (isLeft) {
        ending.outcome = QStringLiteral("abandoned");
    } else if (!outcome) {
        EventDraft draft = failure(ending.job, run.id, run.trigger, QStringLiteral("failed"), codeOf(outcome.problem()));
        draft.actor = run.requestedBy;
        events.add(draft);
    } else if (outcome->hasChanged() || run.trigger == QLatin1String("manual")) {
        events.add({.type = EventType::JobCompleted,
                    .subject = run.id.uuid(),
                    .payload = {{QStringLiteral("job"), ending.job},
                                {QStringLiteral("trigger"), run.trigger},
                                {QStringLiteral("milliseconds"), qint64(duration / std::chrono::milliseconds(1))},
                                {QStringLiteral("counts"), ending.counts}},
                    .actor = run.requestedBy});
    }
    ending.events = events.json();
    TRY(const bool isWritten, session.write<bool>(context, [&](Tx &tx) { return JobStore::finish(tx, ending); }));
    if (!isWritten) {
        log::warning("job_run_lost", {{"job", ending.job}, {"run", QString::fromLatin1(run.id.text())}, {"outcome", ending.outcome}});
        return {};
    }
    if (isLeft)
        return {};
    m_observer.ended(ending.job, ending.outcome, duration);
    if (!outcome) {
        m_observer.tell({.kind = JobTrouble::Kind::Failed,
                         .job = ending.job,
                         .run = run.id,
                         .code = codeOf(outcome.problem()),
                         .text = QStringList{outcome.problem().detail, outcome.problem().internal}.join(u' ').trimmed(),
                         .at = context.now});
    }
    return {};
}

bool JobRunner::enter(const Job &job)
{
    const std::lock_guard lock(m_mutex);
    return m_here.try_emplace(job.name, Steady::now()).second;
}

void JobRunner::leave(const Job &job)
{
    const std::lock_guard lock(m_mutex);
    m_here.erase(job.name);
}

void JobRunner::showLife(const Job &job)
{
    const std::lock_guard lock(m_mutex);
    m_here[job.name] = Steady::now();
}

int JobRunner::hanging() const
{
    const auto since = Steady::now() - 2 * m_options.lease;
    const std::lock_guard lock(m_mutex);
    return static_cast<int>(std::count_if(m_here.begin(), m_here.end(), [&](const auto &one) { return one.second < since; }));
}

} // namespace aegis
