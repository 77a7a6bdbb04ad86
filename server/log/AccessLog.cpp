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

void CappedAccessLog::write(const http::AccessRecord &record)
{
    if ((!record.byTransport && m_notLogged.load(std::memory_order_relaxed) == 0) || admits(record))
        access(record);
}

bool CappedAccessLog::admits(const http::AccessRecord &record)
{
    const qint64 second = toUnixSeconds(record.context.now);
    qint64 toTell = 0;
    bool admitted = true;
    {
        const std::lock_guard lock(m_mutex);
        if (second != m_second) {
            m_second = second;
            m_logged = 0;
            toTell = m_notLogged.exchange(0, std::memory_order_relaxed);
        }
        if (record.byTransport) {
            admitted = m_logged < m_limit;
            if (admitted)
                ++m_logged;
            else
                m_notLogged.fetch_add(1, std::memory_order_relaxed);
        }
    }
    tell(toTell);
    return admitted;
}

void CappedAccessLog::tell(qint64 notLogged)
{
    if (notLogged > 0)
        warning("http_refusals_not_logged", {{"count", notLogged}});
}

} // namespace aegis::log
