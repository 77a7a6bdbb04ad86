#pragma once

#include "server/jobs/Housekeeping.h"
#include "server/jobs/Job.h"

namespace aegis {

/// The jobs that need nothing but the database and the rules, with their usual schedules.
std::vector<Job> houseJobs(const HouseRules &rules);

} // namespace aegis
