#pragma once

#include "server/config/Settings.h"
#include "server/health/HealthService.h"
#include "server/http/Api.h"
#include "server/metrics/Metrics.h"

namespace aegis {

/// Liveness, readiness and metrics. Service and metrics must outlive the API.
void bindHealth(http::Api &api, const HealthService &health, const Metrics &metrics, MetricsAccess access);

} // namespace aegis
