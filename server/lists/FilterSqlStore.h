#pragma once

#include "server/lists/ListSource.h"
#include "shared/query/FilterExpression.h"
#include "shared/result/Result.h"

namespace aegis {

/// The filter as a condition of SQL, in parentheses: of the columns' literals and placeholders alone, for every value goes into the
/// parameters, behind those that are there. `true` for a filter that takes every row.
///
/// A comparison with NULL is not met, and what is negated takes those rows. A field without a column is a bug: `internal`.
Result<QByteArray> composeFilter(const FilterExpression &expression, const ListSource &source, Parameters &parameters);

/// A text with wildcards as a pattern of LIKE, whose own wildcards the user's text is escaped from.
QString likePattern(const FilterPattern &pattern);

} // namespace aegis
