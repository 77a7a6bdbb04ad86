#include "server/health/HealthApi.h"

namespace aegis {
namespace {

Result<RawContent> metricsText(const RequestContext &context, const Metrics &metrics, MetricsAccess access)
{
    // A proxy on this machine that nobody has named speaks for the whole world from a loopback address.
    const bool isLocal = context.client.address.isLoopback() && !context.client.viaProxy;
    if (access == MetricsAccess::Loopback && !isLocal)
        return ProblemCode::NotFound; // who may not read them need not know that there are any
    return RawContent{.contentType = QByteArray(Metrics::contentType), .body = metrics.render()};
}

} // namespace

void bindHealth(http::Api &api, const HealthService &health, const Metrics &metrics, MetricsAccess access)
{
    api.on<endpoints::HealthLive>([](const RequestContext &, NoRequest) { return Result<HealthResponse>(HealthService::live()); });
    api.on<endpoints::HealthReady>([&health](const RequestContext &context, NoRequest) { return health.ready(context); });
    api.on<endpoints::Metrics>([&metrics, access](const RequestContext &context, NoRequest) { return metricsText(context, metrics, access); });
}

} // namespace aegis
