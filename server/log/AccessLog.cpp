#include "server/log/AccessLog.h"

#include "server/log/Log.h"

namespace aegis::log {

void access(const AccessRecord &record)
{
    if (!isOn(LogLevel::Info))
        return;
    static const QHostAddress nowhere;
    const QByteArrayView operation = record.operation.isEmpty() ? QByteArrayView("none") : record.operation;
    const QHostAddress &client = record.client != nullptr ? *record.client : nowhere;
    // The optional fields stand at the end, so that a shorter list leaves them out.
    if (record.user.isNil()) {
        info("http_request", record.correlationId,
             {{"method", record.method}, {"path", record.path}, {"operation", operation}, {"status", record.status}, {"problem", record.problem},
              {"bytes", record.bytes}, {"durationMs", record.duration}, {"client", client}, {"userAgent", record.userAgent}});
    } else {
        info("http_request", record.correlationId,
             {{"method", record.method}, {"path", record.path}, {"operation", operation}, {"status", record.status}, {"problem", record.problem},
              {"bytes", record.bytes}, {"durationMs", record.duration}, {"client", client}, {"userAgent", record.userAgent},
              {"userId", record.user}, {"organizationId", record.organization}});
    }
}

} // namespace aegis::log
