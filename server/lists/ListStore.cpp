#include "server/lists/ListStore.h"

#include "server/lists/FilterProblem.h"
#include "server/lists/FilterSqlStore.h"
#include "server/lists/PageCursor.h"
#include "server/lists/SortValue.h"
#include "shared/query/FilterParser.h"

#include <algorithm>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

Problem wrong(const char *field, FieldCode code, const QString &message)
{
    return Problem(ProblemCode::ValidationFailed).withField({QString::fromLatin1(field), code, message});
}

QByteArray textOf(Sql sql)
{
    return QByteArray(sql.text().data(), static_cast<qsizetype>(sql.text().size()));
}

template <class T> QByteArray placeholder(Parameters &parameters, const T &value)
{
    return '$' + QByteArray::number(qulonglong(parameters.append(value)));
}

/// ` from ... where ...`, with the filter.
Result<QByteArray> filtered(const ListSource &source, const QString &filter, Parameters &parameters, Instant now)
{
    const FilterParsed parsed = parseFilter(filter, source.fields, now);
    if (!parsed.ok())
        return filterProblem(parsed.error());
    TRY(const QByteArray condition, composeFilter(parsed.expression(), source, parameters));
    return " from " + textOf(source.from) + " where (" + textOf(source.condition) + ") and " + condition;
}

Result<const FilterField *> sortOf(const ListSource &source, const QString &name)
{
    QStringList sortable;
    for (const FilterField &field : source.fields) {
        const ListColumn *column = columnOf(source, field.name);
        if (!column || !column->isSortable)
            continue;
        if (field.name == (name.isEmpty() ? QString(source.defaultSort) : name))
            return &field;
        sortable.append(field.name);
    }
    return wrong("sort", FieldCode::Format, QStringLiteral("must be one of %1").arg(sortable.join(QStringLiteral(", "))));
}

/// That a row stands behind the cursor's place, going up or down the order.
class Keyset {
public:
    Keyset(const ListColumn &column, QByteArray sort, QByteArray id, bool isUpwards) :
        m_column(column), m_sort(std::move(sort)), m_id(std::move(id)), m_isUpwards(isUpwards)
    {
    }

    Result<QByteArray> condition(const PageCursor &cursor, const FilterField &field, Parameters &parameters) const
    {
        const QByteArray sign = m_isUpwards ? " > " : " < ";
        if (!cursor.value) {
            if (!m_column.isNullable)
                return refused();
            const QByteArray among = m_sort + " is null and " + m_id + sign + placeholder(parameters, cursor.id);
            return m_isUpwards ? '(' + among + ')' : '(' + among + " or " + m_sort + " is not null)";
        }
        const QByteArray value = sort_value::append(*cursor.value, field, parameters);
        if (value.isEmpty())
            return refused();
        const QByteArray id = placeholder(parameters, cursor.id);
        if (isById())
            return m_id + sign + id + " and " + value + " is not null"; // every parameter has to stand somewhere
        const QByteArray behind = '(' + m_sort + ", " + m_id + ')' + sign + '(' + value + ", " + id + ')';
        return m_isUpwards && m_column.isNullable ? '(' + behind + " or " + m_sort + " is null)" : behind;
    }

    QByteArray order() const
    {
        const QByteArray way = m_isUpwards ? " asc" : " desc";
        const QByteArray nulls = !m_column.isNullable ? "" : m_isUpwards ? " nulls last" : " nulls first";
        return (isById() ? QByteArray() : m_sort + way + nulls + ", ") + m_id + way;
    }

    static Problem refused() { return wrong("cursor", FieldCode::Format, QStringLiteral("is not of this list and order: begin again without it")); }

private:
    bool isById() const { return m_sort == '(' + m_id + ')'; }

    const ListColumn &m_column;
    const QByteArray m_sort;
    const QByteArray m_id;
    const bool m_isUpwards;
};

/// The cursor of a request, if it has one, which is of that order.
Result<std::optional<PageCursor>> cursorOf(const ListRequest &request, const FilterField &sort, bool isDescending)
{
    if (request.cursor.isEmpty())
        return std::optional<PageCursor>();
    auto cursor = PageCursor::parse(request.cursor);
    if (!cursor || cursor->sort != sort.name || cursor->isDescending != isDescending)
        return Keyset::refused();
    return cursor;
}

qint64 plannedRows(const Row &row)
{
    const QJsonArray plans = QJsonDocument::fromJson(row.get<QString>(0).toUtf8()).array();
    return plans.at(0).toObject().value(QLatin1String("Plan")).toObject().value(QLatin1String("Plan Rows")).toInteger();
}

} // namespace

Result<ListStatement> ListStore::compose(const ListSource &source, const ListRequest &request, Parameters given, Instant now)
{
    if (request.limit < 1 || request.limit > ListRequest::maxLimit)
        return wrong("limit", FieldCode::Range, QStringLiteral("must be between 1 and %1").arg(ListRequest::maxLimit));
    TRY(const FilterField *sort, sortOf(source, request.sort));
    const bool isDescending = request.descending.value_or(request.sort.isEmpty() && source.isDefaultDescending);
    TRY(const std::optional<PageCursor> cursor, cursorOf(request, *sort, isDescending));

    ListStatement statement{.text = {},
                            .parameters = std::move(given),
                            .limit = request.limit,
                            .isBackwards = request.backwards,
                            .hasCursor = cursor.has_value(),
                            .sort = sort,
                            .isDescending = isDescending};
    TRY(QByteArray text, filtered(source, request.filter, statement.parameters, now));
    const ListColumn &column = *columnOf(source, sort->name);
    const QByteArray expression = '(' + textOf(column.expression) + ')';
    const Keyset keyset(column, expression, textOf(source.id), isDescending == request.backwards);
    if (cursor) {
        TRY(const QByteArray behind, keyset.condition(*cursor, *sort, statement.parameters));
        text += " and " + behind;
    }
    statement.text = "select " + textOf(source.select) + ", " + expression + " as list_sort, " + textOf(source.id) + " as list_id" + text
        + " order by " + keyset.order() + " limit " + placeholder(statement.parameters, request.limit + 1);
    return statement;
}

ListPage ListStore::pageOf(const ListStatement &statement, const Rows &rows)
{
    const auto hasMore = rows.size() > statement.limit;
    ListPage page;
    for (int i = 0; i < std::min(rows.size(), statement.limit); ++i)
        page.rows.push_back(rows[i]);
    if (statement.isBackwards)
        std::reverse(page.rows.begin(), page.rows.end());
    if (page.rows.empty())
        return page;
    const auto at = [&statement](const Row &row) {
        const PageCursor cursor{statement.sort->name, statement.isDescending, sort_value::from(row, "list_sort", statement.sort->type),
                                row.get<QUuid>("list_id")};
        return cursor.text();
    };
    // Behind the cursor that was given there is at least its own row.
    if (statement.isBackwards ? statement.hasCursor : hasMore)
        page.next = at(page.rows.back());
    if (statement.isBackwards ? hasMore : statement.hasCursor)
        page.previous = at(page.rows.front());
    return page;
}

Result<ListPage> ListStore::page(Tx &tx, const ListSource &source, const ListRequest &request, Parameters given)
{
    TRY(const ListStatement statement, compose(source, request, std::move(given), tx.context().now));
    TRY(const Rows rows, tx.query(statement.sql(), statement.parameters));
    return pageOf(statement, rows);
}

Result<Rows> ListStore::all(Tx &tx, const ListSource &source, const QString &filter, Sql also, int most, Parameters given)
{
    TRY(const QByteArray text, filtered(source, filter, given, tx.context().now));
    const QByteArray whole = "select " + textOf(source.select) + text + " and (" + textOf(also) + ") order by " + textOf(source.id) + " limit "
        + placeholder(given, most);
    return tx.query(Sql::composed(whole), given);
}

Result<ListCount> ListStore::count(Tx &tx, const ListSource &source, const QString &filter, Parameters given)
{
    Parameters parameters = std::move(given);
    TRY(const QByteArray text, filtered(source, filter, parameters, tx.context().now));
    const QByteArray counting = "select count(*) from (select" + text + " limit " + QByteArray::number(exactCount + 1) + ") counted";
    TRY(const Row counted, tx.queryOne(ProblemCode::Internal, Sql::composed(counting), parameters));
    const auto found = counted.get<qint64>(0);
    if (found <= exactCount)
        return ListCount{found, true};
    const QByteArray explaining = "explain (format json) select" + text;
    TRY(const Row plan, tx.queryOne(ProblemCode::Internal, Sql::composed(explaining), parameters));
    return ListCount{std::max(plannedRows(plan), found), false};
}

} // namespace aegis
