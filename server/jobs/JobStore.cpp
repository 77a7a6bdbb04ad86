#include "server/jobs/JobStore.h"

namespace aegis {
namespace {

constexpr Sql ensureSql(
    "insert into aegis.job (name, created_at, updated_at) select n, $2, $2 from unnest($1::text[]) as n on conflict (name) do nothing");
constexpr Sql statesSql(R"(
    select j.name, j.schedule, j.paused_at, j.requested_at, j.told_late_for, j.created_at, j.updated_at, l.held_until,
           r.id, r.job, r.instance, r.trigger, r.requested_by, r.started_at, r.finished_at, r.outcome, r.counts, r.error,
           (select c.started_at from aegis.job_run c where c.job = j.name and c.outcome not in ('abandoned', 'running')
            order by c.id desc limit 1) as last_start,
           (select c.finished_at from aegis.job_run c where c.job = j.name and c.outcome = 'succeeded' order by c.id desc limit 1) as last_success,
           (select count(*)::int from (
                select bool_and(f.outcome = 'failed') over (order by f.id desc) as all_failed
                from (select c.id, c.outcome from aegis.job_run c where c.job = j.name and c.outcome not in ('abandoned', 'running')
                      order by c.id desc limit 6) f) f
            where f.all_failed) as failures
    from aegis.job j
    left join lateral (select * from aegis.job_run c where c.job = j.name order by c.id desc limit 1) r on true
    left join aegis.job_lease l on l.name = j.name and l.holder = r.id
    order by j.name)");
constexpr Sql lockSql("select name, schedule, paused_at, requested_at from aegis.job where name = $1 for update");
constexpr Sql beginSql("select requested_by, abandoned from aegis.begin_job_run($1, $2, $3, $4, $5, $6, $7)");
constexpr Sql renewSql("update aegis.job_lease set held_until = $3 where name = $1 and holder = $2");
constexpr Sql finishSql("select aegis.finish_job_run($1, $2, $3, $4, $5, $6, $7)");
constexpr Sql tellLateSql("update aegis.job set told_late_for = $2 where name = $1 and told_late_for is distinct from $2");
constexpr Sql pauseSql("update aegis.job set paused_at = case when $2 then $3::timestamptz end, updated_at = $3 where name = $1");
constexpr Sql scheduleSql("update aegis.job set schedule = $2, updated_at = $3 where name = $1");
constexpr Sql requestSql("update aegis.job set requested_at = $3, requested_by = $2 where name = $1");
constexpr Sql runsSql(R"(
    select id, job, instance, trigger, requested_by, started_at, finished_at, outcome, counts, error
    from aegis.job_run where job = $1 and ($2::uuid is null or id < $2) order by id desc limit $3)");
constexpr Sql removeOldSql(R"(
    delete from aegis.job_run where id in (
        select r.id from aegis.job_run r
        where r.started_at < $1 and r.outcome <> 'running'
          and exists (select from aegis.job_run n where n.job = r.job and n.id > r.id and n.outcome not in ('abandoned', 'running'))
          and (r.outcome <> 'succeeded' or exists (select from aegis.job_run n where n.job = r.job and n.id > r.id and n.outcome = 'succeeded'))
        limit $2 for update skip locked))");

JobRun runOf(const Row &row)
{
    JobRun run;
    run.id = row.get<JobRunId>("id");
    run.job = row.get<QString>("job");
    run.instance = row.get<QUuid>("instance");
    run.trigger = row.get<QString>("trigger");
    run.requestedBy = row.get<std::optional<UserId>>("requested_by").value_or(UserId());
    run.startedAt = row.get<Instant>("started_at");
    run.finishedAt = row.get<std::optional<Instant>>("finished_at");
    run.outcome = row.get<QString>("outcome");
    run.counts = row.get<QJsonObject>("counts");
    run.error = row.get<std::optional<QString>>("error").value_or(QString());
    return run;
}

JobState stateOf(const Row &row)
{
    JobState state;
    state.name = row.get<QString>("name");
    state.schedule = row.get<std::optional<QString>>("schedule");
    state.pausedAt = row.get<std::optional<Instant>>("paused_at");
    state.requestedAt = row.get<std::optional<Instant>>("requested_at");
    state.toldLateFor = row.get<std::optional<Instant>>("told_late_for");
    state.createdAt = row.get<Instant>("created_at");
    state.updatedAt = row.get<Instant>("updated_at");
    state.heldUntil = row.get<std::optional<Instant>>("held_until");
    if (row.get<std::optional<QUuid>>("id"))
        state.last = runOf(row);
    state.lastStart = row.get<std::optional<Instant>>("last_start");
    state.lastSuccess = row.get<std::optional<Instant>>("last_success");
    state.failures = row.get<int>("failures");
    return state;
}

} // namespace

Result<void> JobStore::ensure(Tx &tx, const QStringList &names)
{
    CHECK(tx.finalQuery(ensureSql, names, tx.context().now));
    return {};
}

Result<std::vector<JobState>> JobStore::states(Tx &tx)
{
    TRY(const Rows rows, tx.finalQuery(statesSql));
    std::vector<JobState> all;
    for (const Row row : rows)
        all.push_back(stateOf(row));
    return all;
}

Result<JobState> JobStore::lock(Tx &tx, const QString &name)
{
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, lockSql, name));
    JobState state;
    state.name = name;
    state.schedule = row.get<std::optional<QString>>("schedule");
    state.pausedAt = row.get<std::optional<Instant>>("paused_at");
    state.requestedAt = row.get<std::optional<Instant>>("requested_at");
    return state;
}

Result<std::optional<JobStore::Begun>> JobStore::begin(Tx &tx, const Beginning &beginning)
{
    TRY(const Rows rows,
        tx.query(beginSql, beginning.run, beginning.job, beginning.instance, beginning.trigger, orNull(beginning.last), tx.context().now,
                 beginning.heldUntil));
    if (rows.isEmpty())
        return std::optional<Begun>();
    const Row row = rows.first();
    return std::optional(Begun{.requestedBy = row.get<std::optional<UserId>>(0).value_or(UserId()),
                               .abandoned = row.get<std::optional<JobRunId>>(1).value_or(JobRunId())});
}

Result<bool> JobStore::renew(Tx &tx, const QString &job, const JobRunId &run, Instant heldUntil)
{
    TRY(const Rows rows, tx.finalQuery(renewSql, job, run, heldUntil));
    return rows.affected() == 1;
}

Result<bool> JobStore::finish(Tx &tx, const Ending &ending)
{
    const auto error = ending.error.isEmpty() ? std::nullopt : std::optional(ending.error);
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, finishSql, ending.run, ending.job, ending.outcome, Json(ending.counts), error, tx.context().now,
                         Json(ending.events)));
    return row.get<bool>(0);
}

Result<bool> JobStore::tellLate(Tx &tx, const QString &job, Instant dueAt)
{
    TRY(const Rows rows, tx.finalQuery(tellLateSql, job, dueAt));
    return rows.affected() == 1;
}

Result<void> JobStore::setPaused(Tx &tx, const QString &name, bool isPaused)
{
    CHECK(tx.query(pauseSql, name, isPaused, tx.context().now));
    return {};
}

Result<void> JobStore::setSchedule(Tx &tx, const QString &name, const std::optional<QString> &schedule)
{
    CHECK(tx.query(scheduleSql, name, schedule, tx.context().now));
    return {};
}

Result<void> JobStore::request(Tx &tx, const QString &name, const UserId &by)
{
    CHECK(tx.query(requestSql, name, orNull(by), tx.context().now));
    return {};
}

Result<std::vector<JobRun>> JobStore::runs(Tx &tx, const QString &job, const JobRunId &after, int most)
{
    TRY(const Rows rows, tx.finalQuery(runsSql, job, orNull(after), most));
    std::vector<JobRun> all;
    for (const Row row : rows)
        all.push_back(runOf(row));
    return all;
}

Result<qint64> JobStore::removeOld(Tx &tx, Instant before, int most)
{
    TRY(const Rows rows, tx.finalQuery(removeOldSql, before, most));
    return rows.affected();
}

} // namespace aegis
