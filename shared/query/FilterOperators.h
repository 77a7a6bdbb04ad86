#pragma once

#include "shared/query/FilterExpression.h"

#include <QtCore/QStringList>

namespace aegis {

/// How an operator is written: `:`, `!=`. IsNone and IsAny are written as Matches.
QString filterOperatorText(FilterOperator op);

/// The operators that fields of a type take, as they are written.
QStringList filterOperatorsOf(FilterType type);

/// What a field of that type holds, with its article: `a text`, `one of its values`.
QString filterTypeText(FilterType type);

} // namespace aegis
