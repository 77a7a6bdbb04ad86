#pragma once

#include "server/db/Tx.h"
#include "server/lists/ListRequest.h"
#include "server/lists/ListSource.h"

#include <optional>
#include <vector>

namespace aegis {

/// One page of a list as a statement. Its columns are those of the source, then `list_sort` and `list_id`.
struct ListStatement {
    QByteArray text;
    Parameters parameters;
    int limit = ListRequest::defaultLimit;
    bool isBackwards = false;
    bool hasCursor = false;
    const FilterField *sort = nullptr; ///< one of the source's
    bool isDescending = false;

    Sql sql() const { return Sql::composed(text); }
};

/// One page: its rows in the list's order, whichever way it was asked for.
struct ListPage {
    std::vector<Row> rows;
    std::optional<QByteArray> next;     ///< cursor of the rows after these; nothing: there are none
    std::optional<QByteArray> previous; ///< cursor of those before, for `backwards`
};

/// How many rows a filter takes.
struct ListCount {
    qint64 count = 0;
    bool isExact = true; ///< else it is the planner's estimate, and more than ListStore::exactCount
};

/// Pages by keyset: a page begins behind a row, not after so many rows, so the last page is as fast as the first and what is added
/// meanwhile moves nothing. Rows are ordered by (sort, id); NULL comes last in rising order, first in falling.
class ListStore {
public:
    static constexpr qint64 exactCount = 10'000;

    /// `given` are the values of the source's condition. Refuses with `validation_failed` what is wrong with `filter`, `sort`, `limit`
    /// or `cursor`. Times from now count from `now`.
    static Result<ListStatement> compose(const ListSource &source, const ListRequest &request, Parameters given, Instant now);
    /// What came of the statement, as a page.
    static ListPage pageOf(const ListStatement &statement, const Rows &rows);

    /// Both, with a statement of the transaction between them.
    static Result<ListPage> page(Tx &tx, const ListSource &source, const ListRequest &request, Parameters given);
    /// All rows that the filter takes and for which `also` holds, by their ids; at most `most`.
    static Result<Rows> all(Tx &tx, const ListSource &source, const QString &filter, Sql also, int most, Parameters given);
    /// How many rows there are on all pages.
    static Result<ListCount> count(Tx &tx, const ListSource &source, const QString &filter, Parameters given);
};

} // namespace aegis
