#include "server/audit/AuditApi.h"

namespace aegis {

void bindAudit(http::Api &api, const AuditService &audit)
{
    api.on<endpoints::AuditEventList>(
        [&audit](const RequestContext &context, ListPageRequest request) { return audit.list(context, std::move(request)); });
    api.on<endpoints::AuditEventGet>(
        [&audit](const RequestContext &context, AuditEventRequest request) { return audit.get(context, std::move(request)); });
}

} // namespace aegis
