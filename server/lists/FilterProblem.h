#pragma once

#include "shared/query/FilterError.h"
#include "shared/result/Problem.h"

namespace aegis {

/// `validation_failed` with an error of the field `filter`: `at character 12: unknown field 'typ': did you mean 'type'?`.
/// Characters are counted from 1, in UTF-16 code units, as Qt and JavaScript count.
Problem filterProblem(const FilterError &error);

} // namespace aegis
