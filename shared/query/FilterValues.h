#pragma once

#include "shared/query/FilterExpression.h"
#include "shared/query/FilterLexer.h"

#include <variant>
#include <vector>

namespace aegis {

/// The values that one word of a filter stands for: one, but for an Enum with a wildcard, which stands for all that it matches.
/// Or what is wrong with the word.
using FilterValuesRead = std::variant<std::vector<FilterValue>, FilterError>;

/// Reads a Word or Quoted token as a value of the field, behind that operator.
FilterValuesRead readFilterValue(const FilterToken &token, const FilterField &field, FilterOperator op, Instant now);

} // namespace aegis
