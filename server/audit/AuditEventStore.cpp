#include "server/audit/AuditEventStore.h"

#include "server/admin/AdminListStore.h"
#include "server/audit/EventTimeSpan.h"
#include "server/events/EventCatalogue.h"
#include "server/lists/PageCursor.h"
#include "shared/query/FilterCatalogues.h"
#include "shared/query/FilterParser.h"

#include <array>

namespace aegis {
namespace {

// $1 and $2 are the types that are warnings and notices, $3 and $4 the ids between which the events lie: row-level security and the primary key
// of an organization's events, the partitions and the block ranges of all of them go by id.
#define EVENT_SEVERITY "(case when e.type = any ($1::text[]) then 'warning' when e.type = any ($2::text[]) then 'notice' else 'info' end)"
#define EVENT_COLUMNS                                                                                                                  \
    "e.id, e.type, e.version, " EVENT_SEVERITY " as severity, e.occurred_at, e.organization_id, e.actor_id, au.email as actor_email, " \
    "e.subject_id::text as subject, e.session_id, e.correlation_id, e.causation_id, host(e.ip) as ip, e.user_agent, e.payload::text as payload"
#define EVENT_FROM(every) "aegis." every "event e left join aegis." every "user au on au.id = e.actor_id"
#define EVENT_SPAN "$1::text[] is not null and $2::text[] is not null and e.id >= $3::uuid and e.id < $4::uuid"
#define EVENT_IN_ORGANIZATION EVENT_SPAN " and e.tenant_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)"

#define EVENT_FILTERS(every)                                                                                                                       \
    ListColumn{.field = QLatin1String("type"), .expression = "e.type"}, ListColumn{.field = QLatin1String("time"), .expression = "e.occurred_at"}, \
        ListColumn{.field = QLatin1String("actor"), .expression = "array[au.email, e.actor_id::text]", .isList = true},                            \
        ListColumn{.field = QLatin1String("subject"),                                                                                              \
                   .expression = "array[(select su.email from aegis." every "user su where su.id = e.subject_id), e.subject_id::text]",            \
                   .isList = true},                                                                                                                \
        ListColumn{.field = QLatin1String("session"), .expression = "e.session_id"},                                                               \
        ListColumn{.field = QLatin1String("organization"), .expression = "e.organization_id"},                                                     \
        ListColumn{.field = QLatin1String("correlation"), .expression = "e.correlation_id"},                                                       \
        ListColumn{.field = QLatin1String("ip"), .expression = "e.ip"},                                                                            \
        ListColumn{.field = QLatin1String("userAgent"), .expression = "e.user_agent"},                                                             \
        ListColumn{.field = QLatin1String("severity"), .expression = EVENT_SEVERITY}, ListColumn                                                   \
    {                                                                                                                                              \
        .field = QLatin1String("id"), .expression = "e.id", .isSortable = true                                                                     \
    }

constexpr std::array columns{EVENT_FILTERS("")};
constexpr std::array columnsEverywhere{EVENT_FILTERS("every_")};
static_assert(coverFields(eventFilterFields, columns));

constexpr ListSource inOrganization{.fields = eventFilterFields,
                                    .columns = columns,
                                    .select = EVENT_COLUMNS,
                                    .from = EVENT_FROM(""),
                                    .condition = EVENT_IN_ORGANIZATION,
                                    .id = "e.id",
                                    .defaultSort = QLatin1String("id"),
                                    .isDefaultDescending = true};
constexpr ListSource everywhere{.fields = eventFilterFields,
                                .columns = columnsEverywhere,
                                .select = EVENT_COLUMNS,
                                .from = EVENT_FROM("every_"),
                                .condition = EVENT_SPAN,
                                .id = "e.id",
                                .defaultSort = QLatin1String("id"),
                                .isDefaultDescending = true};
constexpr std::size_t mostRelated = 200;

/// The id of an event may have a later time than the event: ids of one process always increase, and follow a clock that was set back only
/// when that is by more than a second (makeUuid7).
constexpr std::chrono::milliseconds idsAhead{2'000};

constexpr Sql getSql("select " EVENT_COLUMNS " from " EVENT_FROM("") " where e.id = $3 and " EVENT_IN_ORGANIZATION);
constexpr Sql getAnywhereSql("select " EVENT_COLUMNS " from " EVENT_FROM("every_") " where e.id = $3 and " EVENT_SPAN);
constexpr Sql relatedSql("select " EVENT_COLUMNS " from " EVENT_FROM("") " where e.correlation_id = $5 and " EVENT_IN_ORGANIZATION
                                                                         " order by e.id limit 201");
constexpr Sql relatedAnywhereSql("select " EVENT_COLUMNS " from " EVENT_FROM("every_") " where e.correlation_id = $5 and " EVENT_SPAN
                                                                                       " order by e.id limit 201");

QStringList typesOf(Severity severity)
{
    QStringList types;
    for (const EventInfo &info : eventCatalogue()) {
        if (info.severity == severity)
            types.append(info.name);
    }
    return types;
}

/// The smallest UUIDv7 of a moment.
QUuid floorOf(Instant moment)
{
    const qint64 milliseconds = std::max<qint64>(0, std::chrono::floor<std::chrono::milliseconds>(moment.time_since_epoch()).count());
    QByteArray bytes(16, '\0');
    for (int i = 0; i < 6; ++i)
        bytes[i] = static_cast<char>(milliseconds >> (8 * (5 - i)) & 0xff);
    return QUuid::fromRfc4122(bytes);
}

const QUuid lastId = QUuid::fromString(u"ffffffff-ffff-ffff-ffff-ffffffffffff");

Parameters given(const QUuid &from, const QUuid &until)
{
    static const QStringList warnings = typesOf(Severity::Warning), notices = typesOf(Severity::Notice);
    return Parameters::of(warnings, notices, from, until);
}

AuditEventDto eventOf(const Row &row)
{
    AuditEventDto event;
    event.id = row.get<EventId>("id");
    event.type = row.get<QString>("type");
    event.version = row.get<int>("version");
    event.severity = row.get<QString>("severity");
    event.occurredAt = row.get<Instant>("occurred_at");
    event.organizationId = row.get<std::optional<OrganizationId>>("organization_id");
    event.actor = row.get<std::optional<UserId>>("actor_id");
    event.actorEmail = row.get<std::optional<QString>>("actor_email");
    event.subject = row.get<std::optional<QString>>("subject");
    event.sessionId = row.get<std::optional<SessionId>>("session_id");
    event.correlationId = row.get<CorrelationId>("correlation_id");
    event.causationId = row.get<std::optional<EventId>>("causation_id");
    event.ip = row.get<std::optional<QString>>("ip");
    event.userAgent = row.get<std::optional<QString>>("user_agent").value_or(QString());
    event.payload.utf8 = row.get<QByteArray>("payload");
    return event;
}

AuditEventPage pageOf(const AdminListStore::Found &found)
{
    AuditEventPage page{.events = {},
                        .next = AdminListStore::cursorText(found.page.next),
                        .previous = AdminListStore::cursorText(found.page.previous),
                        .count = found.count};
    for (const Row &row : found.page.rows)
        page.events.push_back(eventOf(row));
    return page;
}

/// Whether the page is the beginning of the trail, or goes on towards older events. A count is of all of it.
bool isNewestFirst(const ListPageRequest &request)
{
    return (!request.sort || request.sort->isEmpty() || *request.sort == QLatin1String("-id")) && !request.backwards.value_or(false)
        && !request.count.value_or(false);
}

/// Where the page begins: at the cursor's event, which its id tells the time of, or now.
Instant endOf(const ListPageRequest &request, Instant now)
{
    const auto cursor = PageCursor::parse(request.cursor.value_or(QString()).toLatin1());
    const auto moment = cursor ? uuid7Time(cursor->id) : std::nullopt;
    return moment.value_or(now + std::chrono::minutes(1));
}

/// How far back the trail of everybody is looked at for one page, step by step: an order by time without an index that is in that order means
/// that all that is looked at is sorted.
constexpr std::array<std::chrono::minutes, 4> steps{std::chrono::minutes(10), std::chrono::hours(2), std::chrono::hours(24),
                                                    std::chrono::hours(10 * 24)};

} // namespace

Result<AuditEventPage> AuditEventStore::list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request)
{
    const Instant now = tx.context().now;
    EventTimeSpan span;
    if (const FilterParsed parsed = parseFilter(request.filter.value_or(QString()), eventFilterFields, now); parsed.ok())
        span = EventTimeSpan::of(parsed.expression(), eventFilterFields);
    const QUuid from = span.from ? floorOf(*span.from) : QUuid();
    const QUuid until = span.until ? floorOf(*span.until + idsAhead) : lastId;

    const ListSource &source = scope.isEverywhere() ? everywhere : inOrganization;
    if (scope.isEverywhere() && !span.from && isNewestFirst(request)) {
        for (const std::chrono::minutes back : steps) {
            TRY(const AdminListStore::Found found, AdminListStore::find(tx, source, request, given(floorOf(endOf(request, now) - back), until)));
            if (found.page.next) // there are as many as were asked for, and more
                return pageOf(found);
        }
    }
    TRY(const AdminListStore::Found found, AdminListStore::find(tx, source, request, given(from, until)));
    return pageOf(found);
}

Result<AuditEventResponse> AuditEventStore::get(Tx &tx, const AdminScopeStore &scope, const EventId &event)
{
    const Parameters all = given(event.uuid(), lastId);
    TRY(const Row row, rowOf(tx.query(scope.isEverywhere() ? getAnywhereSql : getSql, all), ProblemCode::NotFound));
    AuditEventResponse response{.event = eventOf(row), .related = {}};
    Parameters ofCall = given(QUuid(), lastId);
    ofCall.append(response.event.correlationId);
    TRY(const Rows rows, tx.finalQuery(scope.isEverywhere() ? relatedAnywhereSql : relatedSql, ofCall));
    for (const Row related : rows) {
        if (related.get<EventId>("id") != event && response.related.size() < mostRelated)
            response.related.push_back(eventOf(related));
    }
    return response;
}

} // namespace aegis
