#include "shared/query/FilterExpression.h"

namespace aegis {

FilterExpression joinedFilter(FilterExpression::Kind kind, std::vector<FilterExpression> parts)
{
    if (parts.size() == 1)
        return std::move(parts.front());
    FilterExpression whole{kind, {}, {}};
    for (FilterExpression &part : parts) {
        if (part.kind != kind) {
            whole.parts.push_back(std::move(part));
            continue;
        }
        for (FilterExpression &inner : part.parts)
            whole.parts.push_back(std::move(inner));
    }
    return whole;
}

} // namespace aegis
