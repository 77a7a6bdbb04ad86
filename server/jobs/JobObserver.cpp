#include "server/jobs/JobObserver.h"

#include "server/log/Log.h"

namespace aegis {

JobObserver::JobObserver(Metrics &metrics, const std::vector<Job> &jobs, OnTrouble onTrouble) : m_onTrouble(std::move(onTrouble))
{
    for (const Job &job : jobs) {
        const std::string name(job.name.data(), static_cast<std::size_t>(job.name.size()));
        Of &of = m_jobs[job.name];
        const auto runs = [&](const char *outcome) {
            return &metrics.counter("aegis_job_runs_total", "Runs of scheduled jobs that this server has ended, or taken the place of.",
                                    {{"job", name}, {"outcome", outcome}});
        };
        of.succeeded = runs("succeeded");
        of.failed = runs("failed");
        of.abandoned = runs("abandoned");
        of.durations = &metrics.histogram("aegis_job_duration_seconds", "How long runs of scheduled jobs took.", {{"job", name}});
        m_sampled.push_back(metrics.gauge("aegis_job_late", "Whether a scheduled job should have begun a while ago (JOB_LATE_AFTER).",
                                          [&of] { return of.isLate ? 1.0 : 0.0; }, {{"job", name}}));
        m_sampled.push_back(metrics.gauge("aegis_job_last_success_seconds",
                                          "When a scheduled job last ended well, on whichever server, in seconds since 1970; 0: never.",
                                          [&of] { return double(of.lastSuccess.load()); }, {{"job", name}}));
    }
}

void JobObserver::ended(const QString &job, const QString &outcome, std::chrono::microseconds duration)
{
    Of &of = m_jobs.at(job);
    (outcome == QLatin1String("succeeded") ? of.succeeded : of.failed)->add();
    of.durations->observe(duration);
}

void JobObserver::seen(const QString &job, bool isLate, const std::optional<Instant> &lastSuccess)
{
    Of &of = m_jobs.at(job);
    of.isLate = isLate;
    of.lastSuccess = lastSuccess ? toUnixSeconds(*lastSuccess) : 0;
}

void JobObserver::tell(const JobTrouble &trouble)
{
    switch (trouble.kind) {
    case JobTrouble::Kind::Failed:
        log::error("job_failed",
                   {{"job", trouble.job},
                    {"run", QString::fromLatin1(trouble.run.text())},
                    {"code", trouble.code},
                    {"reason", trouble.text},
                    {"message", "it is tried again, first after a minute"}});
        break;
    case JobTrouble::Kind::Abandoned:
        m_jobs.at(trouble.job).abandoned->add();
        log::warning("job_abandoned",
                     {{"job", trouble.job},
                      {"run", QString::fromLatin1(trouble.run.text())},
                      {"message", "its server was killed, or the run hangs; another run takes its place"}});
        break;
    case JobTrouble::Kind::Late:
        log::error("job_late", {{"job", trouble.job}, {"dueAt", QString::fromLatin1(toRfc3339(trouble.at))}});
        break;
    }
    if (m_onTrouble)
        m_onTrouble(trouble);
}

} // namespace aegis
