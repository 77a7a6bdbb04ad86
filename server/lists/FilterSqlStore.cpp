#include "server/lists/FilterSqlStore.h"

namespace aegis {
namespace {

using Kind = FilterExpression::Kind;

QByteArray joined(const std::vector<QByteArray> &parts, const char *by)
{
    QByteArray text = "(";
    for (const QByteArray &part : parts)
        text += (text.size() > 1 ? by : "") + part;
    return text + ')';
}

/// One column in one filter.
class ComposedColumn {
public:
    ComposedColumn(const ListColumn &column, Parameters &parameters) :
        m_column(column), m_parameters(parameters),
        m_expression('(' + QByteArray(column.expression.text().data(), qsizetype(column.expression.text().size())) + ')'),
        m_sql(column.isList ? QByteArray("element") : m_expression)
    {
    }

    QByteArray compared(const FilterComparison &comparison) { return m_column.isList ? comparedAny(comparison) : comparedOne(comparison); }

    /// Whether the text holds the pattern, or is of it where it has wildcards.
    QByteArray holding(FilterPattern pattern)
    {
        if (!pattern.hasWildcard())
            pattern.pieces = QStringList{QString(), pattern.pieces.front(), QString()};
        return like(pattern);
    }

private:
    /// Of an array, whether one of its elements is what is wanted.
    QByteArray comparedAny(const FilterComparison &comparison)
    {
        if (comparison.op == FilterOperator::IsNone)
            return "cardinality(" + m_expression + ") = 0";
        if (comparison.op == FilterOperator::IsAny)
            return "cardinality(" + m_expression + ") > 0";
        const bool isNegated = comparison.op == FilterOperator::Differs;
        const QByteArray wanted = isNegated ? anyOf(comparison, true) : comparedOne(comparison);
        return (isNegated ? "not exists" : "exists") + (" (select from unnest(" + m_expression) + ") as element where " + wanted + ')';
    }

    QByteArray comparedOne(const FilterComparison &comparison)
    {
        switch (comparison.op) {
        case FilterOperator::IsNone:
            return m_sql + " is null";
        case FilterOperator::IsAny:
            return m_sql + " is not null";
        case FilterOperator::Differs:
            return anyOf(comparison, true) + " is not true";
        case FilterOperator::Equals:
            return anyOf(comparison, true);
        case FilterOperator::Matches:
            return anyOf(comparison, false);
        case FilterOperator::Less:
        case FilterOperator::LessOrEqual:
        case FilterOperator::Greater:
        case FilterOperator::GreaterOrEqual:
            break;
        }
        return ordered(comparison.op, comparison.values.front());
    }

    template <class T> QByteArray value(const T &of, const char *cast = "")
    {
        return '$' + QByteArray::number(qulonglong(m_parameters.append(of))) + cast;
    }

    /// That one of the values is there.
    QByteArray anyOf(const FilterComparison &comparison, bool exactly)
    {
        std::vector<QByteArray> parts;
        std::vector<QByteArray> equals; ///< go into one list, which an index is good for
        for (const FilterValue &of : comparison.values) {
            if (const auto *pattern = std::get_if<FilterPattern>(&of); pattern && !(exactly || isPlainInLowerCase(*pattern)))
                parts.push_back(like(*pattern));
            else if (pattern)
                equals.push_back(value(stored(pattern->text())));
            else
                one(of, parts, equals);
        }
        if (equals.size() == 1)
            parts.push_back(m_sql + " = " + equals.front());
        else if (!equals.empty())
            parts.push_back(m_sql + " in " + joined(equals, ", "));
        return joined(parts, " or ");
    }

    void one(const FilterValue &of, std::vector<QByteArray> &parts, std::vector<QByteArray> &equals)
    {
        if (const auto *word = std::get_if<QString>(&of)) {
            equals.push_back(value(*word));
        } else if (const auto *uuid = std::get_if<QUuid>(&of)) {
            equals.push_back(value(*uuid));
        } else if (const auto *number = std::get_if<qint64>(&of)) {
            equals.push_back(value(*number, "::bigint"));
        } else if (const auto *time = std::get_if<FilterTime>(&of)) {
            const QByteArray from = value(time->from);
            parts.push_back('(' + m_sql + " >= " + from + " and " + m_sql + " < " + value(time->until) + ')');
        } else if (const auto *address = std::get_if<FilterAddress>(&of)) {
            if (address->isSingle())
                equals.push_back(value(address->text(), "::inet"));
            else
                parts.push_back(m_sql + " <<= " + value(address->text(), "::inet"));
        } else if (const auto *isTrue = std::get_if<bool>(&of)) {
            parts.push_back(*isTrue ? m_sql : "(not " + m_sql + ')'); // as it is, for what an index may be restricted to
        }
    }

    QByteArray ordered(FilterOperator op, const FilterValue &of)
    {
        const bool isTime = std::holds_alternative<FilterTime>(of);
        const bool isGreater = op == FilterOperator::Greater || op == FilterOperator::GreaterOrEqual;
        if (!isTime) {
            const char *sign = op == FilterOperator::Less ? " < "
                : op == FilterOperator::LessOrEqual       ? " <= "
                : op == FilterOperator::Greater           ? " > "
                                                          : " >= ";
            return '(' + m_sql + sign + value(std::get<qint64>(of), "::bigint") + ')';
        }
        // A time is a span: before it is before its beginning, after it is from its end on.
        const auto &time = std::get<FilterTime>(of);
        const bool isFromBegin = op == FilterOperator::Less || op == FilterOperator::GreaterOrEqual;
        return '(' + m_sql + (isGreater ? " >= " : " < ") + value(isFromBegin ? time.from : time.until) + ')';
    }

    QString stored(const QString &text) const { return m_column.isLowerCase ? text.toLower() : text; }
    bool isPlainInLowerCase(const FilterPattern &pattern) const { return m_column.isLowerCase && !pattern.hasWildcard(); }

    QByteArray like(const FilterPattern &pattern)
    {
        return '(' + m_sql + (m_column.isLowerCase ? " like " : " ilike ") + value(stored(likePattern(pattern))) + ')';
    }

    const ListColumn &m_column;
    Parameters &m_parameters;
    const QByteArray m_expression;
    const QByteArray m_sql; ///< of one value
};

/// As deep as the expression is, which is as deep as the parser lets it be.
class FilterComposer {
public:
    FilterComposer(const ListSource &source, Parameters &parameters) : m_source(source), m_parameters(parameters) {}

    Result<QByteArray> of(const FilterExpression &expression)
    {
        if (expression.kind == Kind::All)
            return QByteArray("true");
        if (expression.kind == Kind::Comparison)
            return ofComparison(expression.comparison);
        std::vector<QByteArray> parts;
        for (const FilterExpression &part : expression.parts) {
            TRY(QByteArray sql, of(part));
            parts.push_back(std::move(sql));
        }
        if (expression.kind == Kind::Not)
            return '(' + parts.front() + " is not true)";
        return joined(parts, expression.kind == Kind::And ? " and " : " or ");
    }

private:
    Result<QByteArray> ofComparison(const FilterComparison &comparison)
    {
        std::vector<QByteArray> parts;
        for (std::size_t i = 0; i < m_source.fields.size(); ++i) {
            const FilterField &field = m_source.fields[i];
            const bool isSearch = comparison.field == FilterComparison::search;
            if (isSearch ? !field.isSearched : comparison.field != static_cast<int>(i))
                continue;
            const ListColumn *column = columnOf(m_source, field.name);
            if (!column)
                return Problem(ProblemCode::Internal).withInternal(QStringLiteral("the field %1 of a list has no column").arg(field.name));
            ComposedColumn composed(*column, m_parameters);
            parts.push_back(isSearch ? composed.holding(std::get<FilterPattern>(comparison.values.front())) : composed.compared(comparison));
        }
        if (parts.empty())
            return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a filter is of another list"));
        return joined(parts, " or ");
    }

    const ListSource &m_source;
    Parameters &m_parameters;
};

} // namespace

Result<QByteArray> composeFilter(const FilterExpression &expression, const ListSource &source, Parameters &parameters)
{
    return FilterComposer(source, parameters).of(expression);
}

QString likePattern(const FilterPattern &pattern)
{
    QStringList escaped;
    for (QString piece : pattern.pieces) {
        piece.replace(u'\\', QLatin1String("\\\\")).replace(u'%', QLatin1String("\\%")).replace(u'_', QLatin1String("\\_"));
        escaped.append(piece);
    }
    return escaped.join(u'%');
}

} // namespace aegis
