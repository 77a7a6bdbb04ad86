#include "server/organizations/ManagedOrganizationStore.h"

#include "server/admin/AdminListStore.h"
#include "shared/query/FilterCatalogues.h"

#include <array>

namespace aegis {
namespace {

#define ORGANIZATION_MEMBERS(every) "(select count(distinct m.user_id) from aegis." every "user_role m where m.organization_id = o.id)"
#define ORGANIZATION_COLUMNS(every) \
    "o.id, d.name, o.slug, o.status, o.created_at, o.deleted_at, o.version, " ORGANIZATION_MEMBERS(every) " as members"
#define ORGANIZATION_FROM(every) "aegis." every "organization o join aegis." every "organization_details d on d.organization_id = o.id"
#define ORGANIZATION_FILTERS(every)                                                                                  \
    ListColumn{.field = QLatin1String("name"), .expression = "d.name"},                                              \
        ListColumn{.field = QLatin1String("slug"), .expression = "o.slug", .isSortable = true, .isLowerCase = true}, \
        ListColumn{.field = QLatin1String("status"), .expression = "o.status"},                                      \
        ListColumn{.field = QLatin1String("created"), .expression = "o.created_at"},                                 \
        ListColumn{.field = QLatin1String("members"), .expression = ORGANIZATION_MEMBERS(every)}, ListColumn         \
    {                                                                                                                \
        .field = QLatin1String("id"), .expression = "o.id", .isSortable = true                                       \
    }

constexpr std::array columns{ORGANIZATION_FILTERS("")};
constexpr std::array columnsEverywhere{ORGANIZATION_FILTERS("every_")};
static_assert(coverFields(organizationFilterFields, columns));

constexpr ListSource inOrganization{.fields = organizationFilterFields,
                                    .columns = columns,
                                    .select = ORGANIZATION_COLUMNS(""),
                                    .from = ORGANIZATION_FROM(""),
                                    .condition = "true",
                                    .id = "o.id",
                                    .defaultSort = QLatin1String("id"),
                                    .isDefaultDescending = true};
constexpr ListSource everywhere{.fields = organizationFilterFields,
                                .columns = columnsEverywhere,
                                .select = ORGANIZATION_COLUMNS("every_"),
                                .from = ORGANIZATION_FROM("every_"),
                                .condition = "true",
                                .id = "o.id",
                                .defaultSort = QLatin1String("id"),
                                .isDefaultDescending = true};
constexpr Sql getSql("select " ORGANIZATION_COLUMNS("") " from " ORGANIZATION_FROM("") " where o.id = $1");
constexpr Sql getAnywhereSql("select " ORGANIZATION_COLUMNS("every_") " from " ORGANIZATION_FROM("every_") " where o.id = $1");
constexpr Sql addSql("select aegis.add_organization($1, $2, $3)");
constexpr Sql renameSql("select aegis.change_organization($1, $2, $3, $4, $5, $6)");
constexpr Sql statusSql("select outcome, later::text[] from aegis.change_organization_status($1, $2, $3, $4, $5, $6, $7, $8, $9)");

ManagedOrganizationDto organizationOf(const Row &row)
{
    return {.id = row.get<OrganizationId>("id"),
            .name = row.get<QString>("name"),
            .slug = row.get<QString>("slug"),
            .status = row.get<QString>("status"),
            .members = row.get<qint64>("members"),
            .createdAt = row.get<Instant>("created_at"),
            .deletedAt = row.get<std::optional<Instant>>("deleted_at"),
            .version = row.get<int>("version")};
}

ManagedOrganizationStore::Outcome outcomeNamed(const QString &name)
{
    using enum ManagedOrganizationStore::Outcome;
    if (name == QLatin1String("done"))
        return Done;
    if (name == QLatin1String("stale"))
        return Stale;
    return name == QLatin1String("unchanged") ? Unchanged : NotFound;
}

} // namespace

Result<ManagedOrganizationDto> ManagedOrganizationStore::get(Tx &tx, const AdminScopeStore &scope, const OrganizationId &organization)
{
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, scope.isEverywhere() ? getAnywhereSql : getSql, organization));
    return organizationOf(row);
}

Result<void> ManagedOrganizationStore::add(Tx &tx, const QJsonObject &organization, const QJsonObject &details, const QByteArray &events)
{
    TRY(const Rows rows, tx.query(addSql, Json(organization), Json(details), Json(events)));
    static_cast<void>(rows);
    return {};
}

Result<ManagedOrganizationPage> ManagedOrganizationStore::list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request)
{
    TRY(const AdminListStore::Found found, AdminListStore::find(tx, scope.isEverywhere() ? everywhere : inOrganization, request, {}));
    ManagedOrganizationPage page{.organizations = {},
                                 .next = AdminListStore::cursorText(found.page.next),
                                 .previous = AdminListStore::cursorText(found.page.previous),
                                 .count = found.count};
    for (const Row &row : found.page.rows)
        page.organizations.push_back(organizationOf(row));
    return page;
}

Result<ManagedOrganizationStore::Outcome> ManagedOrganizationStore::rename(Tx &tx, const ManagedOrganizationDto &before, const QString &name,
                                                                           const QString &slug, const QByteArray &events)
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, renameSql, before.id, before.version, name, slug, tx.context().now, Json(events)));
    return outcomeNamed(row.get<QString>(0));
}

Result<ManagedOrganizationStore::Changed> ManagedOrganizationStore::setStatus(Tx &tx, const StatusChange &change)
{
    const Instant now = tx.context().now;
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, statusSql, change.organization, change.version, change.from, change.to, change.deletedAfter, now,
                    makeUuid7(now), change.revokedUntil, Json(change.events)));
    Changed changed{.outcome = outcomeNamed(row.get<QString>(0)), .later = {}};
    for (const QString &id : row.get<QStringList>(1))
        changed.later.push_back(SessionId(QUuid::fromString(id)));
    return changed;
}

} // namespace aegis
