#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <optional>

namespace aegis {

/// What a client asks of a list.
struct ListRequest {
    static constexpr int maxLimit = 500;
    static constexpr int defaultLimit = 50;

    QString filter;                 ///< docs/queries.md; empty: every row
    QString sort;                   ///< the name of a field; empty: the list's own order
    std::optional<bool> descending; ///< nothing: the list's own, or rising when `sort` is given
    int limit = defaultLimit;       ///< rows of a page, 1 to maxLimit
    QByteArray cursor;              ///< of another page (PageCursor); empty: from the end
    bool backwards = false;         ///< the rows before the cursor, not those after it; without a cursor: the last ones
};

} // namespace aegis
