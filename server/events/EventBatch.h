#pragma once

#include "server/context/RequestContext.h"
#include "server/events/EventCatalogue.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// What a feature says of one event; the rest of the envelope comes from the request.
struct EventDraft {
    EventType type;
    QUuid subject;       ///< whom or what it is about; nil: nobody
    QJsonObject payload; ///< exactly the members that the catalogue lists
    SessionId session{}; ///< nil: the session that asked, if any
    UserId actor{};      ///< nil: the person that asked, if any
};

/// The events of one transaction, ready for the SQL function `append_events`. They carry the request's correlation id,
/// address, user agent and time; the first one is named as the cause of the others. One thread at a time.
class EventBatch {
public:
    /// The tenant of the events is that of the context: the organization, else the person, else the platform.
    explicit EventBatch(const RequestContext &context);

    EventBatch &add(const EventDraft &draft);

    bool isEmpty() const { return m_firstId.isNull(); }
    /// A JSON array. Each envelope carries `digest`: the SHA-256, in hexadecimal, of its canonical bytes, which are what it
    /// would be without that member.
    QByteArray json() const { return m_envelopes + ']'; }

    /// The bytes that a digest is made of: the envelope as compact JSON with its members in the order of their names and
    /// without `digest`. A verifier makes them again from the stored columns.
    static QByteArray canonicalBytes(const QJsonObject &envelope);

private:
    /// Takes in an envelope; the digest goes to that place in it.
    void append(QByteArrayView canonical, qsizetype digestAt);

    const RequestContext &m_context;
    QUuid m_firstId;
    QByteArray m_envelopes{"["}; // apart by commas
};

} // namespace aegis
