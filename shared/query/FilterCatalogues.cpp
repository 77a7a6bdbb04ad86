#include "shared/query/FilterCatalogues.h"

namespace aegis {

std::vector<FilterField> withValues(FilterFields fields, QLatin1String name, std::span<const QLatin1String> values)
{
    std::vector<FilterField> changed(fields.begin(), fields.end());
    for (FilterField &field : changed) {
        if (field.name == name) {
            field.type = FilterType::Enum;
            field.values = values;
        }
    }
    return changed;
}

} // namespace aegis
