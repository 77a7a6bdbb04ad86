#pragma once

#include "shared/query/FilterExpression.h"

#include <random>

namespace aegis::test {

/// A field of every type.
extern const FilterFields sampleFields;

/// 2026-11-30T12:00:00Z
extern const Instant sampleNow;

/// An expression that parseFilter() could have made of some text.
FilterExpression randomFilter(std::minstd_rand &random);

} // namespace aegis::test
