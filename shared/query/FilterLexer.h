#pragma once

#include "shared/query/FilterError.h"
#include "shared/query/FilterExpression.h"

#include <optional>
#include <vector>

namespace aegis {

/// A piece of a filter's text.
struct FilterToken {
    enum class Kind { Word, Quoted, Operator, Open, Close, End };

    Kind kind = Kind::End;
    qsizetype position = 0;
    qsizetype length = 0; ///< with its quotes
    FilterPattern text;   ///< of a Word and of a Quoted: without quotes and backslashes
    FilterOperator op = FilterOperator::Matches;
};

/// The tokens of a filter's text, the last of which is an End; or, with those that stand before it, what is wrong.
struct FilterTokens {
    std::vector<FilterToken> tokens;
    std::optional<FilterError> error;
    bool isInQuotes = false; ///< the error is that quotes were not closed
};

/// No filter is longer, in UTF-16 code units.
inline constexpr qsizetype maxFilterLength = 2000;

/// Cuts the text into tokens, in one pass. A word ends at white space, a parenthesis or a quote, and where no value stands also at an
/// operator: values (after an operator, and in parentheses after one) hold colons.
FilterTokens filterTokens(QStringView text);

} // namespace aegis
