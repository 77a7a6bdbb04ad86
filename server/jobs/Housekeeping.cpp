#include "server/jobs/Housekeeping.h"

#include "server/jobs/HouseJobs.h"
#include "server/jobs/JobLeaseStore.h"

namespace aegis {
namespace {

/// Long enough for what a run has to do; a run that takes longer only loses the right to be alone.
constexpr std::chrono::minutes leaseTime(15);

Result<bool> mayKeepSessions(DatabaseSession &session, Instant now, const QUuid &instance)
{
    static const QUuid thisProcess = makeUuid7(systemNow());
    const QUuid holder = instance.isNull() ? thisProcess : instance;
    return session.write<bool>(RequestContext::forSystem(now),
                               [&](Tx &tx) { return JobLeaseStore::claim(tx, QLatin1String("sessions"), holder, now + leaseTime); });
}

} // namespace

Result<void> keepHouse(DatabaseSession &session, Instant now, const HouseRules &rules)
{
    const JobContext context{.session = session, .now = now, .goOn = [] { return Result<void>(); }};
    for (const Job &job : houseJobs(rules)) {
        if (job.name == QLatin1String("account-unlock") || job.name == QLatin1String("job-history"))
            continue;
        if (job.name == QLatin1String("session-cleanup")) {
            TRY(const bool isOurs, mayKeepSessions(session, now, rules.instance));
            if (!isOurs)
                continue;
        }
        CHECK(job.run(context));
    }
    return {};
}

} // namespace aegis
