#pragma once

#include "shared/query/FilterAddress.h"
#include "shared/query/FilterField.h"
#include "shared/query/FilterPattern.h"
#include "shared/query/FilterTime.h"

#include <QtCore/QString>
#include <QtCore/QUuid>

#include <variant>
#include <vector>

namespace aegis {

/// How a comparison compares. For all types but Text `:` and `=` mean the same, which is Matches.
enum class FilterOperator {
    Matches,        ///< `:`
    Equals,         ///< `=`, of a Text: exactly, without wildcards
    Differs,        ///< `!=`: everything that `=` does not take, rows without a value too
    Less,           ///< `<`, of a Time or a Number, as the next three
    LessOrEqual,    ///< `<=`
    Greater,        ///< `>`
    GreaterOrEqual, ///< `>=`
    IsNone,         ///< `field:none`: there is no value
    IsAny,          ///< `field:any`: there is one
};

/// A value, of its field's type: FilterPattern (Text), QString (Enum, spelled as the field declares it), QUuid, FilterTime,
/// FilterAddress, qint64 (Number), bool (Boolean).
using FilterValue = std::variant<FilterPattern, QString, QUuid, FilterTime, FilterAddress, qint64, bool>;

/// One field, compared with one value or with any of several.
struct FilterComparison {
    /// In place of a field: the pattern, or a text that holds it, is looked for in all fields that are searched.
    static constexpr int search = -1;

    int field = search; ///< its place in the list's fields
    FilterOperator op = FilterOperator::Matches;
    std::vector<FilterValue> values; ///< none for IsNone and IsAny; several only for Matches, Equals and Differs

    friend bool operator==(const FilterComparison &, const FilterComparison &) = default;
};

/// What rows a list shall have: a tree, at most 20 deep and with at most 50 values, as parseFilter() makes it. A value type.
struct FilterExpression {
    enum class Kind {
        All,        ///< of an empty filter: every row. It is never inside of another.
        And,        ///< two or more parts, none of which is an And
        Or,         ///< two or more parts, none of which is an Or
        Not,        ///< one part, of which it takes the opposite: what the part does not take, it takes
        Comparison, ///< no part
    };

    Kind kind = Kind::All;
    std::vector<FilterExpression> parts;
    FilterComparison comparison; ///< of a Comparison

    friend bool operator==(const FilterExpression &, const FilterExpression &) = default;
};

/// The parts joined by And or Or, as the tree has it: one part alone is itself, and the parts of a part of the same kind come in its
/// place.
FilterExpression joinedFilter(FilterExpression::Kind kind, std::vector<FilterExpression> parts);

} // namespace aegis
