#include "server/lists/ListSource.h"

namespace aegis {

const ListColumn *columnOf(const ListSource &source, QLatin1String field)
{
    const auto found = std::ranges::find(source.columns, field, &ListColumn::field);
    return found == source.columns.end() ? nullptr : &*found;
}

} // namespace aegis
