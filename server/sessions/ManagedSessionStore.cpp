#include "server/sessions/ManagedSessionStore.h"

#include "server/admin/AdminListStore.h"
#include "server/sessions/DeviceText.h"
#include "shared/query/FilterCatalogues.h"

#include <array>

namespace aegis {
namespace {

// $1 is the moment of the request. In an organization the tenant leads the key, everywhere the id has an index of its own; row-level
// security alone would also show the administrator's own sessions elsewhere.
#define SESSION_COLUMNS                                                                                                                  \
    "s.id, s.tenant_id, s.user_id, u.email, s.organization_id, o.slug, s.ip, s.user_agent, s.auth_methods, s.created_at, t.rotated_at, " \
    "s.expires_at, s.ended_at, s.end_reason, s.ended_by, " SESSION_IS_ACTIVE " as active"
#define SESSION_IS_ACTIVE "(s.ended_at is null and s.expires_at > $1 and coalesce(t.expires_at > $1, false))"
#define SESSION_FROM(every)                                                    \
    "aegis." every "session s join aegis." every "user u on u.id = s.user_id " \
    "left join aegis." every "organization o on o.id = s.organization_id "     \
    "left join aegis." every "refresh_token t on t.tenant_id = s.tenant_id and t.session_id = s.id"
#define SESSION_IN_ORGANIZATION \
    "$1::timestamptz is not null and s.tenant_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)"
#define SESSION_ANYWHERE "$1::timestamptz is not null"

constexpr std::array columns{
    ListColumn{.field = QLatin1String("user"), .expression = "s.user_id"},
    ListColumn{.field = QLatin1String("email"), .expression = "u.email", .isLowerCase = true},
    ListColumn{.field = QLatin1String("organization"), .expression = "s.organization_id"},
    ListColumn{.field = QLatin1String("ip"), .expression = "s.ip"},
    ListColumn{.field = QLatin1String("device"), .expression = "s.user_agent"},
    ListColumn{.field = QLatin1String("created"), .expression = "s.created_at"},
    ListColumn{.field = QLatin1String("lastUsed"), .expression = "t.rotated_at"},
    ListColumn{.field = QLatin1String("ended"), .expression = "s.ended_at"},
    ListColumn{.field = QLatin1String("reason"), .expression = "s.end_reason"},
    ListColumn{.field = QLatin1String("endedBy"), .expression = "s.ended_by"},
    ListColumn{.field = QLatin1String("active"), .expression = SESSION_IS_ACTIVE},
    ListColumn{.field = QLatin1String("id"), .expression = "s.id", .isSortable = true},
};
static_assert(coverFields(sessionFilterFields, columns));

constexpr ListSource inOrganization{.fields = sessionFilterFields,
                                    .columns = columns,
                                    .select = SESSION_COLUMNS,
                                    .from = SESSION_FROM(""),
                                    .condition = SESSION_IN_ORGANIZATION,
                                    .id = "s.id",
                                    .defaultSort = QLatin1String("id"),
                                    .isDefaultDescending = true};
constexpr ListSource everywhere{.fields = sessionFilterFields,
                                .columns = columns,
                                .select = SESSION_COLUMNS,
                                .from = SESSION_FROM("every_"),
                                .condition = SESSION_ANYWHERE,
                                .id = "s.id",
                                .defaultSort = QLatin1String("id"),
                                .isDefaultDescending = true};
constexpr Sql getSql("select " SESSION_COLUMNS " from " SESSION_FROM("") " where s.id = $2 and " SESSION_IN_ORGANIZATION);
constexpr Sql getAnywhereSql("select " SESSION_COLUMNS " from " SESSION_FROM("every_") " where s.id = $2 and " SESSION_ANYWHERE);
constexpr Sql ofMemberSql(R"(
    select tenant_id, id, user_id, organization_id from aegis.session
    where tenant_id = $1 and user_id = $2 and ended_at is null order by id)");
constexpr Sql revokeSql("select aegis.revoke_sessions($1, $2, $3, $4, $5, $6, $7)");

ManagedSessionDto sessionOf(const Row &row)
{
    ManagedSessionDto session;
    session.id = row.get<SessionId>("id");
    session.userId = row.get<UserId>("user_id");
    session.email = row.get<QString>("email");
    session.organizationId = row.get<std::optional<OrganizationId>>("organization_id");
    session.organizationSlug = row.get<std::optional<QString>>("slug");
    session.ipAddress = row.get<std::optional<QHostAddress>>("ip").value_or(QHostAddress()).toString();
    session.userAgent = row.get<std::optional<QString>>("user_agent").value_or(QString());
    session.device = deviceText(session.userAgent);
    session.authMethods = row.get<QStringList>("auth_methods");
    session.createdAt = row.get<Instant>("created_at");
    session.lastUsedAt = row.get<std::optional<Instant>>("rotated_at");
    session.expiresAt = row.get<Instant>("expires_at");
    session.endedAt = row.get<std::optional<Instant>>("ended_at");
    session.endReason = row.get<std::optional<QString>>("end_reason");
    session.endedBy = row.get<std::optional<UserId>>("ended_by");
    session.active = row.get<bool>("active");
    return session;
}

ManagedSessionStore::Open openOf(const Row &row)
{
    return {.tenant = row.get<TenantId>("tenant_id"),
            .session = row.get<SessionId>("id"),
            .user = row.get<UserId>("user_id"),
            .organization = row.get<std::optional<OrganizationId>>("organization_id").value_or(OrganizationId())};
}

} // namespace

Result<ManagedSessionDto> ManagedSessionStore::get(Tx &tx, const AdminScopeStore &scope, const SessionId &session)
{
    const Sql sql = scope.isEverywhere() ? getAnywhereSql : getSql;
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, sql, tx.context().now, session));
    return sessionOf(row);
}

Result<ManagedSessionPage> ManagedSessionStore::list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request)
{
    const ListSource &source = scope.isEverywhere() ? everywhere : inOrganization;
    TRY(const AdminListStore::Found found, AdminListStore::find(tx, source, request, Parameters::of(tx.context().now)));
    ManagedSessionPage page{.sessions = {},
                            .next = AdminListStore::cursorText(found.page.next),
                            .previous = AdminListStore::cursorText(found.page.previous),
                            .count = found.count};
    for (const Row &row : found.page.rows)
        page.sessions.push_back(sessionOf(row));
    return page;
}

Result<ManagedSessionStore::Open> ManagedSessionStore::open(Tx &tx, const AdminScopeStore &scope, const SessionId &session)
{
    const Sql sql = scope.isEverywhere() ? getAnywhereSql : getSql;
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, sql, tx.context().now, session));
    if (row.get<std::optional<Instant>>("ended_at"))
        return ProblemCode::NotFound;
    return openOf(row);
}

Result<std::vector<ManagedSessionStore::Open>> ManagedSessionStore::openMatching(Tx &tx, const AdminScopeStore &scope, const QString &filter,
                                                                                 int most)
{
    const ListSource &source = scope.isEverywhere() ? everywhere : inOrganization;
    TRY(const Rows rows, ListStore::all(tx, source, filter, "s.ended_at is null", most, Parameters::of(tx.context().now)));
    std::vector<Open> sessions;
    for (const Row row : rows)
        sessions.push_back(openOf(row));
    return sessions;
}

Result<std::vector<ManagedSessionStore::Open>> ManagedSessionStore::openOfMember(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.query(ofMemberSql, tx.context().tenant.organization, user));
    std::vector<Open> sessions;
    for (const Row row : rows)
        sessions.push_back(openOf(row));
    return sessions;
}

Result<std::vector<SessionId>> ManagedSessionStore::revoke(Tx &tx, const std::vector<Open> &sessions, Instant revokedUntil, const QByteArray &events)
{
    std::vector<QUuid> tenants, ids, users;
    for (const Open &one : sessions) {
        tenants.push_back(one.tenant.uuid());
        ids.push_back(one.session.uuid());
        users.push_back(one.user.uuid());
    }
    TRY(const Rows rows, tx.query(revokeSql, tenants, ids, users, tx.context().actor.user, tx.context().now, revokedUntil, Json(events)));
    std::vector<SessionId> ended;
    for (const Row row : rows)
        ended.push_back(row.get<SessionId>(0));
    return ended;
}

} // namespace aegis
