#pragma once

#include "shared/query/FilterExpression.h"

namespace aegis {

/// The filter as text, in the one way that each could be written: parseFilter() makes the same expression of it. Times from now
/// are moments in it, and an Enum's wildcard is the list of what it matched, so it may be longer than what was read.
QString filterText(const FilterExpression &expression, FilterFields fields);

} // namespace aegis
