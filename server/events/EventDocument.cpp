#include "server/events/EventDocument.h"

#include "server/events/EventCatalogue.h"

namespace aegis {
namespace {

QByteArray bytes(QLatin1String text)
{
    return QByteArray(text.data(), text.size());
}

QByteArray severityName(Severity severity)
{
    switch (severity) {
    case Severity::Info:
        return "info";
    case Severity::Notice:
        return "notice";
    case Severity::Warning:
        return "warning";
    }
    Q_UNREACHABLE();
}

constexpr char introduction[] = R"(# Events

Made from the catalogue in `server/events/EventCatalogue.cpp`; `AEGIS_UPDATE_DOCS=1 ./dev test -R TestEventDocument`
writes it anew.

Each event is written in the transaction that did what it tells. Its envelope:

| member | meaning |
|---|---|
| `id` | UUIDv7: ordered by time, and the key of the day's partition |
| `type`, `version` | what happened, and the version of the payload |
| `occurredAt` | the moment of the request, RFC 3339 UTC |
| `tenantId` | who owns the event: the organization, else the person, else the platform (nil) |
| `organizationId` | the organization that it happened in, or null |
| `actor` | the person who did it, or null |
| `subject` | whom or what it is about, or null |
| `sessionId` | the session that it happened in, or null |
| `correlationId` | the request, as answered in `X-Correlation-ID` |
| `causationId` | the first event of the same transaction, or null for that one |
| `ip`, `userAgent` | where the request came from |
| `payload` | see below |
| `digest` | SHA-256 of the canonical bytes: the envelope as compact JSON, members ordered by name, without `digest` |

No event holds a password, token, code or secret. To read the last ones with `psql`:

```sql
select occurred_at, type, actor_id, session_id, payload from aegis.event order by id desc limit 20;
```
)";

} // namespace

QByteArray eventDocument()
{
    QByteArray text(introduction);
    for (const EventInfo &info : eventCatalogue()) {
        text += "\n## " + bytes(info.name) + "\n\nVersion " + QByteArray::number(info.version) + ", " + severityName(info.severity)
            + (info.audit ? ", audit trail" : "") + ": " + bytes(info.when) + ". Subject: " + bytes(info.subject) + ".\n\n| payload | |\n|---|---|\n";
        for (const EventField &field : info.payload)
            text += "| `" + bytes(field.name) + "` | " + bytes(field.meaning) + " |\n";
    }
    return text;
}

} // namespace aegis
