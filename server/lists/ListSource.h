#pragma once

#include "server/db/Sql.h"
#include "shared/query/FilterField.h"

#include <algorithm>
#include <span>

namespace aegis {

/// Which SQL stands for a field. As Sql is made of literals only, no text of a user can become a part of it.
struct ListColumn {
    QLatin1String field;
    Sql expression;           ///< of the field's type: text, an enum or text, uuid, timestamptz, inet, a number, boolean
    bool isSortable = false;  ///< the list may be ordered by it; there should be an index on (expression, id)
    bool isNullable = false;  ///< asked of what is sortable only. A NULL in what is said to have none is in no page but the first
    bool isList = false;      ///< the expression is an array, and the field each of its elements: one is enough. Not sortable
    bool isLowerCase = false; ///< a text that is stored in lower case: it is compared as it is, so that an index helps
};

/// Where a list comes from, but for what its caller asks. A constant of the list's store.
struct ListSource {
    FilterFields fields;
    std::span<const ListColumn> columns; ///< one for each field
    Sql select;                          ///< `s.id, s.created_at`
    Sql from;                            ///< `aegis.session s join aegis.user u on u.id = s.user_id`
    Sql condition;                       ///< what always holds, the tenant's part: `s.organization_id = $1`. `true` where there is none
    Sql id;                              ///< `s.id`: a uuid, never NULL, of one row only. It decides among equals
    QLatin1String defaultSort;           ///< a field that is sortable
    bool isDefaultDescending = false;
};

/// Whether each field has exactly one column, and each column a field: for a static_assert beside the list's columns.
constexpr bool coverFields(FilterFields fields, std::span<const ListColumn> columns)
{
    const auto areOne = [&columns](const FilterField &field) {
        return std::ranges::count_if(columns,
                                     [&field](const ListColumn &column) {
                                         return std::string_view(column.field.data(), static_cast<std::size_t>(column.field.size()))
                                             == std::string_view(field.name.data(), static_cast<std::size_t>(field.name.size()));
                                     })
            == 1;
    };
    return fields.size() == columns.size() && std::ranges::all_of(fields, areOne);
}

/// The column of a field, by its name; nothing when there is none.
const ListColumn *columnOf(const ListSource &source, QLatin1String field);

} // namespace aegis
