#pragma once

#include "shared/json/Field.h"

#include <QtCore/QString>

#include <optional>

namespace aegis {

/// Asks for a page of a list.
struct ListPageRequest {
    std::optional<QString> filter;
    std::optional<QString> sort;
    std::optional<int> limit;
    std::optional<QString> cursor;
    std::optional<bool> backwards;
    std::optional<bool> count;
};

template <> struct Fields<ListPageRequest> {
    static constexpr std::string_view name = "ListPageRequest";
    static constexpr std::tuple list{
        field("filter", &ListPageRequest::filter,
              {.in = In::Query,
               .maxLength = 2000,
               .description = "What the rows must be, in the language of docs/queries.md; absent: all.",
               .example = "not id:0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("sort", &ListPageRequest::sort,
              {.in = In::Query,
               .maxLength = 40,
               .description = "A field that the list can be ordered by; with `-` before it from the last to the first.",
               .example = "-id"}),
        field("limit", &ListPageRequest::limit, {.in = In::Query, .description = "Rows of a page, 1 to 500; absent: 50.", .example = "50"}),
        field("cursor", &ListPageRequest::cursor,
              {.in = In::Query,
               .maxLength = 1000,
               .description = "`next` of another page of the same list in the same order; or `previous`, with `backwards`.",
               .example = ""}),
        field("backwards", &ListPageRequest::backwards,
              {.in = In::Query,
               .description = "Whether the rows before the cursor are wanted, as for `previous`; without a cursor the last ones.",
               .example = "false"}),
        field("count", &ListPageRequest::count,
              {.in = In::Query, .description = "Whether to say how many rows there are in all.", .example = "true"}),
    };
};

/// How many rows a list has in all.
struct RowCount {
    qint64 rows = 0;
    bool exact = true;
};

template <> struct Fields<RowCount> {
    static constexpr std::string_view name = "RowCount";
    static constexpr std::tuple list{
        field("rows", &RowCount::rows, {.description = "How many there are.", .example = "42"}),
        field("exact", &RowCount::exact,
              {.description = "Whether that is counted; above 10,000 it is what the database believes.", .example = "true"}),
    };
};

} // namespace aegis
