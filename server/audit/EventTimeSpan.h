#pragma once

#include "shared/query/FilterExpression.h"
#include "shared/query/FilterField.h"

#include <optional>

namespace aegis {

/// Between which moments the events lie that a filter takes, as far as it says so for all of them. Partitions and keys of events go by time, so
/// what lies outside is not even looked at.
struct EventTimeSpan {
    std::optional<Instant> from;  ///< the first moment
    std::optional<Instant> until; ///< the first moment behind it

    /// Of the comparisons of `time` that every row has to meet.
    static EventTimeSpan of(const FilterExpression &expression, FilterFields fields);
};

} // namespace aegis
