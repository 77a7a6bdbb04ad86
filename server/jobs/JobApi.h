#pragma once

#include "server/http/Api.h"
#include "server/jobs/JobService.h"

namespace aegis {

/// Scheduled jobs as administrators see and command them. The service must outlive the API.
void bindJobs(http::Api &api, const JobService &jobs);

} // namespace aegis
