#include "server/app/ScheduledJobs.h"

#include "server/jobs/HouseJobs.h"
#include "server/jobs/ResealingJob.h"

namespace aegis {

std::vector<Job> scheduledJobs(const Settings &settings, const Sealing &sealing)
{
    const bool isVerifying = settings.emailVerification == EmailVerificationMode::Required;
    std::vector<Job> jobs = houseJobs({.accessLifetime = settings.jwtAccessExpiration,
                                       .sessionRetention = settings.sessionRetention,
                                       .unverifiedRetention = isVerifying ? settings.unverifiedRetention : std::chrono::seconds(0),
                                       .jobHistoryRetention = settings.jobHistoryRetention,
                                       .instance = {}});
    jobs.push_back(resealingJob(sealing));
    return jobs;
}

ScheduledJobs::ScheduledJobs(Services &services, const Settings &settings, const std::function<Instant()> &clock) :
    m_service(services.jobs), m_observer(services.metrics, scheduledJobs(settings, services.sealing)),
    m_runner(scheduledJobs(settings, services.sealing), {.instance = makeUuid7(clock()), .clock = clock, .lateAfter = settings.jobLateAfter},
             m_observer),
    m_threads(services.database, m_runner, settings.jobPoll)
{
    m_service.setJobs(m_runner.jobs(), settings.jobLateAfter);
    m_service.onRequested([this] { m_threads.wake(); });
}

ScheduledJobs::~ScheduledJobs()
{
    m_service.onRequested({});
}

} // namespace aegis
