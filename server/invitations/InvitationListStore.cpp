#include "server/invitations/InvitationListStore.h"

#include "server/admin/AdminListStore.h"
#include "server/invitations/InvitationStore.h"
#include "shared/query/FilterCatalogues.h"

#include <array>

namespace aegis {
namespace {

constexpr std::array columns{
    ListColumn{.field = QLatin1String("email"), .expression = "i.email", .isSortable = true, .isLowerCase = true},
    ListColumn{.field = QLatin1String("role"), .expression = "i.roles", .isList = true},
    ListColumn{.field = QLatin1String("invitedBy"), .expression = "i.invited_by"},
    ListColumn{.field = QLatin1String("created"), .expression = "i.created_at"},
    ListColumn{.field = QLatin1String("expires"), .expression = "i.expires_at"},
    ListColumn{.field = QLatin1String("ended"), .expression = "i.ended_at", .isNullable = true},
    ListColumn{.field = QLatin1String("status"),
               .expression = "coalesce(i.end_reason, case when i.expires_at > now() then 'pending' else 'expired' end)"},
    ListColumn{.field = QLatin1String("id"), .expression = "i.id", .isSortable = true},
};
static_assert(coverFields(invitationFilterFields, columns));

constexpr ListSource source{.fields = invitationFilterFields,
                            .columns = columns,
                            .select = "i.*",
                            .from = "aegis.invitation i",
                            .condition = "i.organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)",
                            .id = "i.id",
                            .defaultSort = QLatin1String("id"),
                            .isDefaultDescending = true};

} // namespace

Result<InvitationPage> InvitationListStore::list(Tx &tx, const InvitationListRequest &request)
{
    TRY(const AdminListStore::Found found, AdminListStore::find(tx, source, request, {}));
    InvitationPage page{.invitations = {},
                        .next = AdminListStore::cursorText(found.page.next),
                        .previous = AdminListStore::cursorText(found.page.previous),
                        .count = found.count};
    for (const Row &row : found.page.rows)
        page.invitations.push_back(InvitationStore::from(row, tx.context().now));
    return page;
}

} // namespace aegis
