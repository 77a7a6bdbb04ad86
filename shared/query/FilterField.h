#pragma once

#include <QtCore/QLatin1String>

#include <span>

namespace aegis {

/// What a field of a list holds, which decides the operators and the form of a value.
enum class FilterType {
    Text,    ///< `:` takes `*` as a wildcard and does not look at case; `=` is exact
    Enum,    ///< one of the field's values
    Uuid,    ///< the 36 characters of an id
    Time,    ///< a day, a moment, or a time from now: `2026-11-30`, `2026-11-30T10:00:00Z`, `-24h`
    Address, ///< an IP address or a network in CIDR notation, which contains it
    Number,  ///< a whole number
    Boolean, ///< `true` or `false`
};

/// One field that the filter of a list knows. Lists declare theirs as constants (FilterCatalogues.h).
struct FilterField {
    QLatin1String name;
    FilterType type;
    std::span<const QLatin1String> values; ///< of an Enum: all that there are
    QLatin1String description;             ///< English sentence
    bool isSearched = false;               ///< a Text that words without a field are looked for in
};

/// The fields of one list. No two names differ only in case.
using FilterFields = std::span<const FilterField>;

} // namespace aegis
