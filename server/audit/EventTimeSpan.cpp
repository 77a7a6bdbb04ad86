#include "server/audit/EventTimeSpan.h"

#include <algorithm>

namespace aegis {
namespace {

void narrow(EventTimeSpan &span, std::optional<Instant> from, std::optional<Instant> until)
{
    if (from && (!span.from || *span.from < *from))
        span.from = from;
    if (until && (!span.until || *until < *span.until))
        span.until = until;
}

void take(EventTimeSpan &span, const FilterComparison &comparison)
{
    if (comparison.values.size() != 1)
        return;
    const auto *time = std::get_if<FilterTime>(&comparison.values.front());
    if (!time)
        return;
    switch (comparison.op) {
    case FilterOperator::Matches:
    case FilterOperator::Equals:
        return narrow(span, time->from, time->until);
    case FilterOperator::Less:
        return narrow(span, {}, time->from);
    case FilterOperator::LessOrEqual:
        return narrow(span, {}, time->until);
    case FilterOperator::Greater:
        return narrow(span, time->until, {});
    case FilterOperator::GreaterOrEqual:
        return narrow(span, time->from, {});
    default:
        return;
    }
}

} // namespace

EventTimeSpan EventTimeSpan::of(const FilterExpression &expression, FilterFields fields)
{
    EventTimeSpan span;
    const auto field = std::find_if(fields.begin(), fields.end(), [](const FilterField &known) { return known.name == QLatin1String("time"); });
    const auto place = static_cast<int>(field - fields.begin());
    const auto look = [&](const FilterExpression &part) {
        if (part.kind == FilterExpression::Kind::Comparison && part.comparison.field == place)
            take(span, part.comparison);
    };
    look(expression);
    if (expression.kind == FilterExpression::Kind::And)
        std::for_each(expression.parts.begin(), expression.parts.end(), look);
    return span;
}

} // namespace aegis
