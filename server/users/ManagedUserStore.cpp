#include "server/users/ManagedUserStore.h"

#include "server/admin/AdminListStore.h"
#include "shared/permissions/BuiltInRoles.h"
#include "shared/query/FilterCatalogues.h"

#include <array>

namespace aegis {
namespace {

#define USER_ROLES(every)                                                                                    \
    "array(select distinct r.name from aegis." every "user_role x "                                          \
    "join aegis." every "organization_role r on r.organization_id = x.organization_id and r.id = x.role_id " \
    "where x.user_id = u.id order by r.name)"
#define USER_COLUMNS(every)                                                                                                          \
    "u.id, u.email, p.first_name, p.last_name, u.status, u.locked_until, u.email_verified_at is not null as email_verified, "        \
    "aegis.has_second_factor(u.id) as mfa_enabled, u.managed_by, " USER_ROLES(                                                       \
        every) " as roles, "                                                                                                         \
               "array(select x.role from aegis." every "platform_role x where x.user_id = u.id order by x.role) as platform_roles, " \
               "a.last_login_at, u.created_at, u.version"
#define USER_FROM(every)                                                                 \
    "aegis." every "user u left join aegis." every "user_profile p on p.user_id = u.id " \
    "left join aegis." every "user_activity a on a.user_id = u.id"
// Whom an organization knows is looked up by its memberships and by who manages the account: row-level security alone would look at everybody.
#define USER_TENANT "(select nullif(current_setting('app.organization_id', true), '')::uuid)"
#define USER_IS_KNOWN                                                                         \
    "u.id in (select m.user_id from aegis.user_role m where m.organization_id = " USER_TENANT \
    " union all select x.id from aegis.user x where x.managed_by = " USER_TENANT ")"
#define USER_FILTERS(every)                                                                                                       \
    ListColumn{.field = QLatin1String("email"), .expression = "u.email", .isSortable = true, .isLowerCase = true},                \
        ListColumn{.field = QLatin1String("name"), .expression = "concat_ws(' ', p.first_name, p.last_name)"},                    \
        ListColumn{.field = QLatin1String("status"), .expression = "u.status"},                                                   \
        ListColumn{.field = QLatin1String("role"), .expression = USER_ROLES(every), .isList = true},                              \
        ListColumn{.field = QLatin1String("mfa"), .expression = "aegis.has_second_factor(u.id)"},                                 \
        ListColumn{.field = QLatin1String("emailVerified"), .expression = "(u.email_verified_at is not null)"},                   \
        ListColumn{.field = QLatin1String("created"), .expression = "u.created_at"},                                              \
        ListColumn{.field = QLatin1String("lastLogin"), .expression = "a.last_login_at", .isSortable = true, .isNullable = true}, \
        ListColumn{.field = QLatin1String("organization"),                                                                        \
                   .expression = "array(select x.organization_id from aegis." every "user_role x where x.user_id = u.id)",        \
                   .isList = true},                                                                                               \
        ListColumn{.field = QLatin1String("managed"), .expression = "(u.managed_by is not null)"}, ListColumn                     \
    {                                                                                                                             \
        .field = QLatin1String("id"), .expression = "u.id", .isSortable = true                                                    \
    }

constexpr std::array columns{USER_FILTERS("")};
constexpr std::array columnsEverywhere{USER_FILTERS("every_")};
static_assert(coverFields(userFilterFields, columns));

constexpr ListSource inOrganization{.fields = userFilterFields,
                                    .columns = columns,
                                    .select = USER_COLUMNS(""),
                                    .from = USER_FROM(""),
                                    .condition = USER_IS_KNOWN,
                                    .id = "u.id",
                                    .defaultSort = QLatin1String("id"),
                                    .isDefaultDescending = true};
constexpr ListSource everywhere{.fields = userFilterFields,
                                .columns = columnsEverywhere,
                                .select = USER_COLUMNS("every_"),
                                .from = USER_FROM("every_"),
                                .condition = "true",
                                .id = "u.id",
                                .defaultSort = QLatin1String("id"),
                                .isDefaultDescending = true};
constexpr Sql getSql("select " USER_COLUMNS("") " from " USER_FROM("") " where u.id = $1");
constexpr Sql getAnywhereSql("select " USER_COLUMNS("every_") " from " USER_FROM("every_") " where u.id = $1");
constexpr Sql permissionsSql(R"(
    select r.name, r.system, r.permissions from aegis.user_role m
    join aegis.organization_role r on r.organization_id = m.organization_id and r.id = m.role_id
    where m.user_id = $1 and m.organization_id = $2)");
constexpr Sql statusSql("select outcome, later::text[] from aegis.change_account_status($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
constexpr Sql passwordSql("select outcome, later::text[] from aegis.force_password_reset($1, $2, $3, $4, $5, $6, $7, $8, $9)");
constexpr Sql mfaSql("select outcome, later::text[] from aegis.reset_second_factor($1, $2, $3, $4, $5, $6, $7, $8)");
constexpr Sql languageSql("select language from aegis.session where user_id = $1 and language is not null order by created_at desc limit 1");
constexpr Sql factorSql(R"(
    select f.activated_at, (select count(*) from aegis.backup_code c where c.user_id = f.user_id and c.used_at is null)
    from aegis.mfa_factor f where f.user_id = $1 and f.activated_at is not null)");

ManagedUserStore::Outcome outcomeNamed(const QString &name)
{
    using enum ManagedUserStore::Outcome;
    if (name == QLatin1String("done"))
        return Done;
    if (name == QLatin1String("foreign"))
        return Foreign;
    if (name == QLatin1String("stale"))
        return Stale;
    if (name == QLatin1String("unchanged") || name == QLatin1String("none"))
        return Unchanged;
    if (name == QLatin1String("last_owner"))
        return LastOwner;
    if (name == QLatin1String("last_administrator"))
        return LastAdministrator;
    return NotFound;
}

ManagedUserStore::Changed changedBy(const Row &row)
{
    ManagedUserStore::Changed changed{.outcome = outcomeNamed(row.get<QString>(0)), .later = {}};
    for (const QString &id : row.get<QStringList>(1))
        changed.later.push_back(SessionId(QUuid::fromString(id)));
    return changed;
}

ManagedUserDto userOf(const Row &row)
{
    ManagedUserDto user;
    user.id = row.get<UserId>("id");
    user.email = row.get<QString>("email");
    user.firstName = row.get<std::optional<QString>>("first_name");
    user.lastName = row.get<std::optional<QString>>("last_name");
    user.status = row.get<QString>("status");
    user.lockedUntil = row.get<std::optional<Instant>>("locked_until");
    user.emailVerified = row.get<bool>("email_verified");
    user.mfaEnabled = row.get<bool>("mfa_enabled");
    user.managedBy = row.get<std::optional<OrganizationId>>("managed_by");
    user.roles = row.get<QStringList>("roles");
    user.platformRoles = row.get<QStringList>("platform_roles");
    user.lastLoginAt = row.get<std::optional<Instant>>("last_login_at");
    user.createdAt = row.get<Instant>("created_at");
    user.version = row.get<int>("version");
    return user;
}

} // namespace

Result<ManagedUserDto> ManagedUserStore::get(Tx &tx, const AdminScopeStore &scope, const UserId &user)
{
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, scope.isEverywhere() ? getAnywhereSql : getSql, user));
    return userOf(row);
}

Result<ManagedUserPage> ManagedUserStore::list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request)
{
    TRY(const AdminListStore::Found found, AdminListStore::find(tx, scope.isEverywhere() ? everywhere : inOrganization, request, {}));
    ManagedUserPage page{.users = {},
                         .next = AdminListStore::cursorText(found.page.next),
                         .previous = AdminListStore::cursorText(found.page.previous),
                         .count = found.count};
    for (const Row &row : found.page.rows)
        page.users.push_back(userOf(row));
    return page;
}

Result<PermissionSet> ManagedUserStore::permissionsOf(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.query(permissionsSql, user, orNull(tx.context().tenant.organization)));
    PermissionSet all;
    for (const Row row : rows) {
        if (row.get<bool>(1))
            all = all | aegis::permissionsOf(organizationRoles(), {row.get<QString>(0)});
        else
            all = all | PermissionSet::fromNames(row.get<QStringList>(2));
    }
    return all;
}

Result<ManagedUserStore::Changed> ManagedUserStore::setStatus(Tx &tx, const Change &change, const QStringList &from, QLatin1String to,
                                                              std::optional<Instant> until)
{
    const Instant now = tx.context().now;
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, statusSql, change.user, change.version, from, to, until, tx.context().actor.user, now, makeUuid7(now),
                    change.revokedUntil, Json(change.events)));
    return changedBy(row);
}

Result<ManagedUserStore::Changed> ManagedUserStore::forcePasswordReset(Tx &tx, const Change &change, const QJsonObject &token,
                                                                       const QJsonObject &mail)
{
    const Instant now = tx.context().now;
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, passwordSql, change.user, change.version, tx.context().actor.user, now, makeUuid7(now),
                    change.revokedUntil, Json(change.events), Json(token), Json(mail)));
    return changedBy(row);
}

Result<ManagedUserStore::Changed> ManagedUserStore::resetSecondFactor(Tx &tx, const Change &change, const QJsonObject &mail)
{
    const Instant now = tx.context().now;
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, mfaSql, change.user, change.version, tx.context().actor.user, now, makeUuid7(now), change.revokedUntil,
                    Json(change.events), Json(mail)));
    return changedBy(row);
}

Result<QByteArray> ManagedUserStore::languageOf(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.query(languageSql, user));
    return rows.isEmpty() ? QByteArray() : rows.first().get<QByteArray>(0);
}

Result<std::optional<ManagedUserStore::SecondFactor>> ManagedUserStore::secondFactor(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.query(factorSql, user));
    if (rows.isEmpty())
        return std::optional<SecondFactor>();
    return std::optional(SecondFactor{.since = rows.first().get<Instant>(0), .backupCodes = rows.first().get<int>(1)});
}

} // namespace aegis
