#include "server/config/SettingRows.h"

namespace aegis {

using namespace setting_rows;

SettingGroup jobSettings()
{
    return {QStringLiteral("Scheduled jobs"),
            {duration("JOB_POLL", &Settings::jobPoll, "5s", "100ms", "1h",
                      "How often a server looks which jobs are due: one small query, and how long a job that was asked for on another server may "
                      "wait. Schedules have whole minutes."),
             duration("JOB_LATE_AFTER", &Settings::jobLateAfter, "10m", "1s", "7d",
                      "How long after its time a job that has not begun counts as late. Longer than the longest job usually takes, for the others "
                      "may wait for it."),
             duration("JOB_HISTORY_RETENTION", &Settings::jobHistoryRetention, "30d", "1h", "3650d",
                      "How long the runs of jobs are kept. The last one of each job, and its last good one, are kept in any case.")}};
}

} // namespace aegis
