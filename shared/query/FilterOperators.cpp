#include "shared/query/FilterOperators.h"

namespace aegis {

QString filterOperatorText(FilterOperator op)
{
    switch (op) {
    case FilterOperator::Equals:
        return QStringLiteral("=");
    case FilterOperator::Differs:
        return QStringLiteral("!=");
    case FilterOperator::Less:
        return QStringLiteral("<");
    case FilterOperator::LessOrEqual:
        return QStringLiteral("<=");
    case FilterOperator::Greater:
        return QStringLiteral(">");
    case FilterOperator::GreaterOrEqual:
        return QStringLiteral(">=");
    case FilterOperator::Matches:
    case FilterOperator::IsNone:
    case FilterOperator::IsAny:
        break;
    }
    return QStringLiteral(":");
}

QStringList filterOperatorsOf(FilterType type)
{
    QStringList texts{QStringLiteral(":"), QStringLiteral("="), QStringLiteral("!=")};
    if (type == FilterType::Time || type == FilterType::Number)
        texts << QStringLiteral("<") << QStringLiteral("<=") << QStringLiteral(">") << QStringLiteral(">=");
    return texts;
}

QString filterTypeText(FilterType type)
{
    switch (type) {
    case FilterType::Text:
        return QStringLiteral("a text");
    case FilterType::Enum:
        return QStringLiteral("one of a few words");
    case FilterType::Uuid:
        return QStringLiteral("an id");
    case FilterType::Time:
        return QStringLiteral("a time");
    case FilterType::Address:
        return QStringLiteral("an address");
    case FilterType::Number:
        return QStringLiteral("a number");
    case FilterType::Boolean:
        return QStringLiteral("true or false");
    }
    return {};
}

} // namespace aegis
