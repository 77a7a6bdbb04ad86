#pragma once

#include "server/lists/ListStore.h"
#include "shared/dto/admin/ListPage.h"

namespace aegis {

/// The lists of the administration, as their DTOs ask for them.
class AdminListStore {
public:
    /// The page that the request asks for, and how many rows there are if it asks for that; `given` are the values of the source's condition.
    struct Found {
        ListPage page;
        std::optional<RowCount> count;
    };
    static Result<Found> find(Tx &tx, const ListSource &source, const ListPageRequest &request, const Parameters &given);

    /// The cursor of a page as the DTOs have it.
    static std::optional<QString> cursorText(const std::optional<QByteArray> &cursor);
};

} // namespace aegis
