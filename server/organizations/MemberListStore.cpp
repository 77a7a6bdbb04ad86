#include "server/organizations/MemberListStore.h"

#include "server/admin/AdminListStore.h"
#include "shared/query/FilterCatalogues.h"

#include <array>

namespace aegis {
namespace {

#define MEMBER_ROLES                                                                                \
    "array(select r.name from aegis.user_role x "                                                   \
    "join aegis.organization_role r on r.organization_id = x.organization_id and r.id = x.role_id " \
    "where x.organization_id = m.organization_id and x.user_id = m.user_id order by r.name)"

constexpr std::array columns{
    ListColumn{.field = QLatin1String("email"), .expression = "u.email", .isSortable = true, .isLowerCase = true},
    ListColumn{.field = QLatin1String("name"), .expression = "concat_ws(' ', p.first_name, p.last_name)"},
    ListColumn{.field = QLatin1String("status"), .expression = "u.status"},
    ListColumn{.field = QLatin1String("role"), .expression = MEMBER_ROLES, .isList = true},
    ListColumn{.field = QLatin1String("mfa"), .expression = "aegis.has_second_factor(u.id)"},
    ListColumn{.field = QLatin1String("joined"), .expression = "m.joined_at"},
    ListColumn{.field = QLatin1String("id"), .expression = "u.id", .isSortable = true},
};
static_assert(coverFields(memberFilterFields, columns));

constexpr ListSource source{
    .fields = memberFilterFields,
    .columns = columns,
    .select = "u.id, u.email, p.first_name, p.last_name, u.status, m.joined_at, " MEMBER_ROLES " as roles",
    .from =
        "(select y.organization_id, y.user_id, min(y.created_at) as joined_at from aegis.user_role y "
        "where y.organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid) group by y.organization_id, y.user_id) m "
        "join aegis.user u on u.id = m.user_id left join aegis.user_profile p on p.user_id = u.id",
    .condition = "true",
    .id = "u.id",
    .defaultSort = QLatin1String("email"),
    .isDefaultDescending = false};

#undef MEMBER_ROLES

} // namespace

Result<MemberPage> MemberListStore::list(Tx &tx, const MemberListRequest &request)
{
    TRY(const AdminListStore::Found found, AdminListStore::find(tx, source, request, {}));
    MemberPage page{.members = {},
                    .next = AdminListStore::cursorText(found.page.next),
                    .previous = AdminListStore::cursorText(found.page.previous),
                    .count = found.count};
    for (const Row &row : found.page.rows)
        page.members.push_back({.id = row.get<UserId>("id"),
                                .email = row.get<QString>("email"),
                                .firstName = row.get<std::optional<QString>>("first_name"),
                                .lastName = row.get<std::optional<QString>>("last_name"),
                                .status = row.get<QString>("status"),
                                .roles = row.get<QStringList>("roles"),
                                .joinedAt = row.get<Instant>("joined_at")});
    return page;
}

} // namespace aegis
