#include "shared/query/FilterText.h"

#include "shared/ids/Uuid.h"
#include "shared/query/FilterOperators.h"
#include "shared/query/FilterWords.h"

#include <algorithm>

namespace aegis {
namespace {

using Kind = FilterExpression::Kind;

/// Whether a text needs no quotes: letters, digits, and what no rule of the language looks at.
bool isPlain(const FilterPattern &pattern)
{
    const QString text = pattern.text();
    if (text.isEmpty() || isFilterConnective(text) || isFilterNull(text))
        return false;
    return std::all_of(pattern.pieces.begin(), pattern.pieces.end(), [](const QString &piece) {
        return std::all_of(piece.begin(), piece.end(), [](QChar c) {
            return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || QStringView(u"@._+-/").contains(c);
        });
    });
}

QString patternText(const FilterPattern &pattern)
{
    if (isPlain(pattern))
        return pattern.text();
    QStringList escaped;
    for (QString piece : pattern.pieces) {
        piece.replace(u'\\', QLatin1String("\\\\")).replace(u'"', QLatin1String("\\\"")).replace(u'*', QLatin1String("\\*"));
        escaped.append(piece);
    }
    return u'"' + escaped.join(u'*') + u'"';
}

QString valueText(const FilterValue &value)
{
    struct {
        QString operator()(const FilterPattern &pattern) const { return patternText(pattern); }
        QString operator()(const QString &word) const { return patternText({{word}}); }
        QString operator()(const QUuid &uuid) const { return QString::fromLatin1(uuidText(uuid)); }
        QString operator()(const FilterTime &time) const { return time.text(); }
        QString operator()(const FilterAddress &address) const { return address.text(); }
        QString operator()(qint64 number) const { return QString::number(number); }
        QString operator()(bool isTrue) const { return isTrue ? QStringLiteral("true") : QStringLiteral("false"); }
    } text;
    return std::visit(text, value);
}

QString comparisonText(const FilterComparison &comparison, FilterFields fields)
{
    QStringList values;
    for (const FilterValue &value : comparison.values)
        values.append(valueText(value));
    if (comparison.op == FilterOperator::IsNone || comparison.op == FilterOperator::IsAny)
        values = QStringList{comparison.op == FilterOperator::IsNone ? QStringLiteral("none") : QStringLiteral("any")};
    QString joined = values.join(QLatin1String(" or "));
    if (comparison.field == FilterComparison::search)
        return joined;
    return fields[static_cast<std::size_t>(comparison.field)].name + filterOperatorText(comparison.op)
        + (values.size() > 1 ? u'(' + joined + u')' : joined);
}

/// As deep as the expression is, which is as deep as the parser lets it be.
QString textOf(const FilterExpression &expression, FilterFields fields, Kind around)
{
    switch (expression.kind) {
    case Kind::All:
        return {};
    case Kind::Comparison:
        return comparisonText(expression.comparison, fields);
    case Kind::Not:
        return QStringLiteral("not ") + textOf(expression.parts.front(), fields, Kind::Not);
    case Kind::And:
    case Kind::Or:
        break;
    }
    QStringList parts;
    for (const FilterExpression &part : expression.parts)
        parts.append(textOf(part, fields, expression.kind));
    const bool isAnd = expression.kind == Kind::And;
    QString joined = parts.join(isAnd ? QLatin1String(" and ") : QLatin1String(" or "));
    const bool needsParentheses = around == Kind::Not || (!isAnd && around == Kind::And);
    return needsParentheses ? u'(' + joined + u')' : joined;
}

} // namespace

QString filterText(const FilterExpression &expression, FilterFields fields)
{
    return textOf(expression, fields, Kind::All);
}

} // namespace aegis
