#pragma once

#include "shared/query/FilterError.h"
#include "shared/query/FilterExpression.h"

#include <variant>

namespace aegis {

/// What came of reading a filter: the expression, or what is wrong.
class [[nodiscard]] FilterParsed {
public:
    FilterParsed(FilterExpression expression) : m_outcome(std::move(expression)) {}
    FilterParsed(FilterError error) : m_outcome(std::move(error)) {}

    bool ok() const noexcept { return m_outcome.index() == 0; }
    const FilterExpression &expression() const { return std::get<FilterExpression>(m_outcome); }
    const FilterError &error() const { return std::get<FilterError>(m_outcome); }

private:
    std::variant<FilterExpression, FilterError> m_outcome;
};

/// No filter has more values to compare with, and none is nested deeper (parentheses and `not`).
inline constexpr int maxFilterComparisons = 50;
inline constexpr int maxFilterDepth = 20;

/// Reads the text of a filter (docs/queries.md says what it may be):
///
///     filter     = [ any ]
///     any        = all { "or" all }
///     all        = part { ["and"] part }
///     part       = "not" part | "(" any ")" | comparison | text
///     comparison = field operator ( value | "(" value { "or" value } ")" | "none" | "any" )
///
/// Times from now are counted from `now`. Whatever the text is, it takes time in proportion to its length, and stack for its
/// depth of at most 20.
FilterParsed parseFilter(QStringView text, FilterFields fields, Instant now);

} // namespace aegis
