#pragma once

#include "shared/query/FilterField.h"

#include <QtCore/QString>

#include <vector>

namespace aegis {

/// Something that may stand where the cursor is.
struct FilterSuggestion {
    QString text;        ///< a field, an operator, a value, a word or a parenthesis
    QString description; ///< of a field: its English sentence

    friend bool operator==(const FilterSuggestion &, const FilterSuggestion &) = default;
};

/// What may be put in place of a piece of the text.
struct FilterCompletion {
    qsizetype position = 0;
    qsizetype length = 0; ///< of what has been typed of it
    std::vector<FilterSuggestion> suggestions;
};

/// What may stand before the cursor, given what stands there already; what is behind it does not count. Nothing is suggested inside of
/// quotes, and where the text before is wrong.
FilterCompletion completeFilter(QStringView text, qsizetype cursor, FilterFields fields);

} // namespace aegis
