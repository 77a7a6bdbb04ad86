#include "server/jobs/ResealingJob.h"

#include "server/jobs/Resealing.h"
#include "server/log/Log.h"

namespace aegis {

Job resealingJob(const Sealing &sealing)
{
    const auto run = [&sealing](const JobContext &context) -> Result<JobCounts> {
        TRY(const Resealing::Counts done, Resealing(context.session, sealing, {}, context.goOn).run(context.now));
        if (done.done > 0)
            log::info("resealed", {{"values", done.done}});
        if (done.unusable > 0) {
            log::error(
                "sealed_values_unusable",
                {{"values", done.unusable}, {"message", "no encryption key opens them: give the one that sealed them as ENCRYPTION_KEY_PREVIOUS"}});
        }
        JobCounts counts;
        counts.add("resealed", done.done);
        counts.note("unusable", done.unusable);
        return counts;
    };
    return {.name = QLatin1String("resealing"),
            .schedule = QLatin1String("42 * * * *"),
            .description = QLatin1String("Seals anew, under the present encryption key, what an older one has sealed."),
            .run = run};
}

} // namespace aegis
