#include "server/admin/AdminListStore.h"

namespace aegis {
namespace {

ListRequest listRequestOf(const ListPageRequest &request)
{
    ListRequest wanted;
    wanted.filter = request.filter.value_or(QString());
    wanted.sort = request.sort.value_or(QString());
    if (wanted.sort.startsWith(QLatin1Char('-'))) {
        wanted.sort.remove(0, 1);
        wanted.descending = true;
    }
    wanted.limit = request.limit.value_or(ListRequest::defaultLimit);
    wanted.cursor = request.cursor.value_or(QString()).toLatin1();
    wanted.backwards = request.backwards.value_or(false);
    return wanted;
}

} // namespace

Result<AdminListStore::Found> AdminListStore::find(Tx &tx, const ListSource &source, const ListPageRequest &request, const Parameters &given)
{
    const ListRequest wanted = listRequestOf(request);
    Found found;
    if (request.count.value_or(false)) {
        TRY(const ListCount count, ListStore::count(tx, source, wanted.filter, given));
        found.count = RowCount{.rows = count.count, .exact = count.isExact};
    }
    TRY(found.page, ListStore::page(tx, source, wanted, given));
    return found;
}

std::optional<QString> AdminListStore::cursorText(const std::optional<QByteArray> &cursor)
{
    return cursor ? std::optional(QString::fromLatin1(*cursor)) : std::nullopt;
}

} // namespace aegis
