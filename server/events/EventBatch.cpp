#include "server/events/EventBatch.h"

#include "server/crypto/Digest.h"
#include "server/db/RowJson.h"
#include "shared/json/CanonicalJson.h"

#include <QtCore/QJsonDocument>

#include <algorithm>
#include <array>
#include <charconv>

namespace aegis {
namespace {

[[maybe_unused]] bool hasExactlyTheFields(const EventInfo &info, const QJsonObject &payload)
{
    return payload.size() == static_cast<qsizetype>(info.payload.size())
        && std::all_of(info.payload.begin(), info.payload.end(), [&](const EventField &field) { return payload.contains(field.name); });
}

/// What PostgreSQL reads as inet. An address of IPv4, the usual one, is written at once.
void writeAddress(CanonicalJson &envelope, const QHostAddress &address)
{
    if (address.isNull())
        return envelope.null("ip");
    if (address.protocol() != QAbstractSocket::IPv4Protocol)
        return envelope.text("ip", rowjson::address(address).toString());
    std::array<char, 15> text{};
    char *out = text.data();
    const quint32 number = address.toIPv4Address();
    for (int shift = 24; shift >= 0; shift -= 8) {
        out = std::to_chars(out, out + 3, number >> shift & 0xffU).ptr;
        if (shift > 0)
            *out++ = '.';
    }
    envelope.plain("ip", {text.data(), out - text.data()});
}

} // namespace

EventBatch::EventBatch(const RequestContext &context) : m_context(context) {}

EventBatch &EventBatch::add(const EventDraft &draft)
{
    const EventInfo &info = eventInfo(draft.type);
    Q_ASSERT_X(hasExactlyTheFields(info, draft.payload), "EventBatch", info.name.data());

    const QUuid id = EventId::make(m_context.now).uuid();
    CanonicalJson envelope(768);
    envelope.uuidOrNull("actor", draft.actor.isNil() ? m_context.actor.user.uuid() : draft.actor.uuid());
    envelope.uuidOrNull("causationId", m_firstId);
    envelope.uuidOrNull("correlationId", m_context.correlationId.uuid());
    const qsizetype digestAt = envelope.size(); // its place in the order of the names
    envelope.uuid("id", id);
    writeAddress(envelope, m_context.client.address);
    envelope.plain("occurredAt", toRfc3339(m_context.now));
    envelope.uuidOrNull("organizationId", m_context.tenant.organization.uuid());
    envelope.object("payload", draft.payload);
    envelope.uuidOrNull("sessionId", draft.session.isNil() ? m_context.actor.session.uuid() : draft.session.uuid());
    envelope.uuidOrNull("subject", draft.subject);
    envelope.uuid("tenantId", m_context.tenant.owner().uuid());
    envelope.plain("type", {info.name.data(), info.name.size()});
    envelope.text("userAgent", m_context.client.userAgent);
    envelope.number("version", info.version);
    append(envelope.take(), digestAt);
    if (m_firstId.isNull())
        m_firstId = id;
    return *this;
}

void EventBatch::append(QByteArrayView canonical, qsizetype digestAt)
{
    constexpr QByteArrayView name = ",\"digest\":\"";
    const Sha256 digest = sha256Digest(canonical);
    m_envelopes.reserve(m_envelopes.size() + canonical.size() + name.size() + 2 * qsizetype(digest.size()) + 3);
    if (m_envelopes.size() > 1)
        m_envelopes.append(',');
    m_envelopes.append(canonical.first(digestAt)).append(name);
    for (const unsigned char byte : digest)
        m_envelopes.append("0123456789abcdef"[byte >> 4]).append("0123456789abcdef"[byte & 15]);
    m_envelopes.append('"').append(canonical.sliced(digestAt));
}

QByteArray EventBatch::canonicalBytes(const QJsonObject &envelope)
{
    QJsonObject canonical = envelope;
    canonical.remove(QStringLiteral("digest"));
    return QJsonDocument(canonical).toJson(QJsonDocument::Compact); // QJsonObject keeps its members sorted
}

} // namespace aegis
