#include "server/admin/AdminListStore.h"

#include "server/lists/FilterProblem.h"
#include "server/lists/FilterSqlStore.h"
#include "shared/query/FilterParser.h"

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

QByteArray textOf(Sql sql)
{
    return QByteArray(sql.text().data(), static_cast<qsizetype>(sql.text().size()));
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

Result<Rows> AdminListStore::all(Tx &tx, const ListSource &source, const QString &filter, Sql also, int most, Parameters given)
{
    const FilterParsed parsed = parseFilter(filter, source.fields, tx.context().now);
    if (!parsed.ok())
        return filterProblem(parsed.error());
    TRY(const QByteArray condition, composeFilter(parsed.expression(), source, given));
    const QByteArray limit = QByteArray::number(qulonglong(given.append(most)));
    const QByteArray text = QByteArray("select ") + textOf(source.select) + " from " + textOf(source.from) + " where (" + textOf(source.condition)
        + ") and (" + textOf(also) + ") and " + condition + " order by " + textOf(source.id) + " limit $" + limit;
    return tx.query(Sql::composed(text), given);
}

std::optional<QString> AdminListStore::cursorText(const std::optional<QByteArray> &cursor)
{
    return cursor ? std::optional(QString::fromLatin1(*cursor)) : std::nullopt;
}

} // namespace aegis
