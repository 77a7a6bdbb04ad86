#include "server/context/RequestContext.h"

namespace aegis {

RequestContext RequestContext::forSystem(Instant now)
{
    RequestContext context;
    context.correlationId = CorrelationId::make(now);
    context.client.userAgent = QStringLiteral("aegisd");
    context.now = now;
    return context;
}

RequestContext RequestContext::withTenant(Tenant other) const
{
    RequestContext context = *this;
    context.tenant = other;
    return context;
}

RequestContext RequestContext::withoutDeadline() const
{
    RequestContext context = *this;
    context.deadline = noDeadline;
    return context;
}

} // namespace aegis
