#include "server/events/EventBatch.h"

#include "server/crypto/Digest.h"
#include "server/db/RowJson.h"

#include <QtCore/QJsonDocument>

#include <algorithm>

namespace aegis {
namespace {

[[maybe_unused]] bool hasExactlyTheFields(const EventInfo &info, const QJsonObject &payload)
{
    return payload.size() == static_cast<qsizetype>(info.payload.size())
        && std::all_of(info.payload.begin(), info.payload.end(), [&](const EventField &field) { return payload.contains(field.name); });
}

} // namespace

EventBatch::EventBatch(const RequestContext &context) : m_context(context) {}

EventBatch &EventBatch::add(const EventDraft &draft)
{
    const EventInfo &info = eventInfo(draft.type);
    Q_ASSERT_X(hasExactlyTheFields(info, draft.payload), "EventBatch", info.name.data());

    const QString id = QString::fromLatin1(EventId::make(m_context.now).text());
    const UserId actor = draft.actor.isNil() ? m_context.actor.user : draft.actor;
    const SessionId session = draft.session.isNil() ? m_context.actor.session : draft.session;
    QJsonObject envelope{
        {QStringLiteral("id"), id},
        {QStringLiteral("type"), QString(info.name)},
        {QStringLiteral("version"), info.version},
        {QStringLiteral("occurredAt"), rowjson::time(m_context.now)},
        {QStringLiteral("tenantId"), rowjson::tenant(m_context.tenant.owner())},
        {QStringLiteral("organizationId"), rowjson::id(m_context.tenant.organization)},
        {QStringLiteral("actor"), rowjson::id(actor)},
        {QStringLiteral("subject"), rowjson::uuid(draft.subject)},
        {QStringLiteral("sessionId"), rowjson::id(session)},
        {QStringLiteral("correlationId"), rowjson::id(m_context.correlationId)},
        {QStringLiteral("causationId"), m_firstId.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(m_firstId)},
        {QStringLiteral("ip"), rowjson::address(m_context.client.address)},
        {QStringLiteral("userAgent"), m_context.client.userAgent},
        {QStringLiteral("payload"), draft.payload},
    };
    envelope.insert(QStringLiteral("digest"), QString::fromLatin1(sha256(canonicalBytes(envelope)).toHex()));
    m_envelopes.append(envelope);
    if (m_firstId.isEmpty())
        m_firstId = id;
    return *this;
}

QByteArray EventBatch::json() const
{
    return QJsonDocument(m_envelopes).toJson(QJsonDocument::Compact);
}

QByteArray EventBatch::canonicalBytes(const QJsonObject &envelope)
{
    QJsonObject canonical = envelope;
    canonical.remove(QStringLiteral("digest"));
    return QJsonDocument(canonical).toJson(QJsonDocument::Compact); // QJsonObject keeps its members sorted
}

} // namespace aegis
