#include "server/log/AccessLog.h"

#include "server/log/Log.h"

#include <vector>

namespace aegis::log {

void access(const http::AccessRecord &record)
{
    const LogLevel level = record.status == 500 ? LogLevel::Error : record.status > 500 ? LogLevel::Warning : LogLevel::Info;
    if (!isOn(level))
        return;
    const RequestContext &context = record.context;
    const QByteArrayView operation(record.operation.data(), static_cast<qsizetype>(record.operation.size()));
    std::vector<Field> fields;
    fields.reserve(16);
    fields.push_back({"method", record.method});
    fields.push_back({"path", record.path});
    fields.push_back({"operation", operation.isEmpty() ? QByteArrayView("none") : operation});
    fields.push_back({"status", record.status});
    if (record.problem)
        fields.push_back({"problem", problemInfo(*record.problem).name});
    if (!record.internal.isEmpty())
        fields.push_back({"internal", record.internal});
    fields.push_back({"durationMs", record.duration});
    fields.push_back({"requestBytes", record.requestBytes});
    fields.push_back({"replyBytes", record.replyBytes});
    fields.push_back({"client", context.client.address});
    if (!context.client.userAgent.isEmpty())
        fields.push_back({"userAgent", context.client.userAgent});
    if (!context.actor.isAnonymous()) {
        fields.push_back({"userId", context.actor.user});
        fields.push_back({"sessionId", context.actor.session});
    }
    if (!context.tenant.organization.isNil())
        fields.push_back({"organizationId", context.tenant.organization});
    lineOf(level, "http_request", context, fields);
}

} // namespace aegis::log
