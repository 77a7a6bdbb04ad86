#include "tests/shared/query/SampleFilters.h"

#include "shared/ids/Uuid.h"

#include <array>

namespace aegis::test {
namespace {

using Kind = FilterExpression::Kind;

constexpr std::array colours{QLatin1String("red"), QLatin1String("green"), QLatin1String("dark_green"), QLatin1String("none")};

constexpr std::array fields{
    FilterField{QLatin1String("name"), FilterType::Text, {}, QLatin1String("A text."), true},
    FilterField{QLatin1String("note"), FilterType::Text, {}, QLatin1String("A text that is not searched.")},
    FilterField{QLatin1String("colour"), FilterType::Enum, colours, QLatin1String("One of few.")},
    FilterField{QLatin1String("id"), FilterType::Uuid, {}, QLatin1String("An id.")},
    FilterField{QLatin1String("time"), FilterType::Time, {}, QLatin1String("A time.")},
    FilterField{QLatin1String("ip"), FilterType::Address, {}, QLatin1String("An address.")},
    FilterField{QLatin1String("size"), FilterType::Number, {}, QLatin1String("A number.")},
    FilterField{QLatin1String("open"), FilterType::Boolean, {}, QLatin1String("Yes or no.")},
};

int below(std::minstd_rand &random, int bound)
{
    return static_cast<int>(random() % static_cast<unsigned>(bound));
}

FilterPattern randomPattern(std::minstd_rand &random, bool withWildcards)
{
    static const QStringList texts{QStringLiteral("ada"),      QStringLiteral("a@b.example"),      QStringLiteral("and"), QStringLiteral("none"),
                                   QStringLiteral("x\"y"),     QStringLiteral("back\\slash"),      QStringLiteral("1*2"), QStringLiteral("two words"),
                                   QStringLiteral("(a or b)"), QStringLiteral("Größe \U0001F511"), QStringLiteral("a:b"), QStringLiteral("50%_")};
    FilterPattern pattern{{texts[below(random, int(texts.size()))]}};
    if (withWildcards && below(random, 2) == 0) {
        pattern.pieces.append(below(random, 2) == 0 ? QString() : texts[below(random, int(texts.size()))]);
        if (below(random, 2) == 0)
            pattern.pieces.prepend(QString());
    }
    return pattern;
}

FilterTime randomTime(std::minstd_rand &random)
{
    using namespace std::chrono;
    const Instant moment = sampleNow + seconds(below(random, 2'000'000'000)) - seconds(1'000'000'000) + microseconds(below(random, 1'000'000));
    switch (below(random, 4)) {
    case 0:
        return {floor<days>(moment), floor<days>(moment) + days(1)};
    case 1:
        return {floor<seconds>(moment), floor<seconds>(moment) + seconds(1)};
    case 2:
        return {floor<milliseconds>(moment), floor<milliseconds>(moment) + milliseconds(1)};
    default:
        return {moment, moment + microseconds(1)};
    }
}

FilterValue randomValue(std::minstd_rand &random, FilterType type, bool withWildcards)
{
    static const QStringList addresses{QStringLiteral("10.0.0.0/8"), QStringLiteral("192.0.2.7"), QStringLiteral("2001:db8::/32"),
                                       QStringLiteral("::1"),        QStringLiteral("0.0.0.0/0"), QStringLiteral("::/0")};
    switch (type) {
    case FilterType::Text:
        return randomPattern(random, withWildcards);
    case FilterType::Enum:
        return QString(colours[static_cast<std::size_t>(below(random, int(colours.size())))]);
    case FilterType::Uuid:
        return makeUuid7(sampleNow);
    case FilterType::Time:
        return randomTime(random);
    case FilterType::Address:
        return FilterAddress::parse(addresses[below(random, int(addresses.size()))]).address;
    case FilterType::Number:
        return qint64(below(random, 2000) - 1000) * below(random, 1'000'000);
    case FilterType::Boolean:
        return below(random, 2) == 0;
    }
    return false;
}

FilterExpression randomComparison(std::minstd_rand &random)
{
    FilterExpression made{Kind::Comparison, {}, {}};
    FilterComparison &comparison = made.comparison;
    comparison.field = below(random, int(fields.size()) + 1) - 1;
    if (comparison.field == FilterComparison::search) {
        comparison.values = {randomPattern(random, true)};
        return made;
    }
    const FilterType type = fields[static_cast<std::size_t>(comparison.field)].type;
    static constexpr std::array ordered{FilterOperator::Less, FilterOperator::LessOrEqual, FilterOperator::Greater, FilterOperator::GreaterOrEqual};
    const bool hasOrder = type == FilterType::Time || type == FilterType::Number;
    switch (below(random, 6)) {
    case 0:
        comparison.op = below(random, 2) == 0 ? FilterOperator::IsNone : FilterOperator::IsAny;
        return made;
    case 1:
        comparison.op = FilterOperator::Differs;
        break;
    case 2:
        comparison.op = type == FilterType::Text ? FilterOperator::Equals : FilterOperator::Matches;
        break;
    case 3:
        comparison.op = hasOrder ? ordered[static_cast<std::size_t>(below(random, 4))] : FilterOperator::Matches;
        break;
    default:
        break;
    }
    const bool takesOne = comparison.op >= FilterOperator::Less;
    for (int count = takesOne ? 1 : 1 + below(random, 3); count > 0; --count)
        comparison.values.push_back(randomValue(random, type, comparison.op == FilterOperator::Matches));
    return made;
}

FilterExpression randomNode(std::minstd_rand &random, int depth, Kind around)
{
    const int choice = depth == 0 ? 0 : below(random, 4);
    const Kind kind = choice == 1 ? Kind::And : choice == 2 ? Kind::Or : choice == 3 ? Kind::Not : Kind::Comparison;
    if (kind == Kind::Comparison || (kind == around && kind != Kind::Not))
        return randomComparison(random);
    FilterExpression made{kind, {}, {}};
    for (int count = kind == Kind::Not ? 1 : 2 + below(random, 2); count > 0; --count)
        made.parts.push_back(randomNode(random, depth - 1, kind));
    return made;
}

} // namespace

const FilterFields sampleFields = fields;
const Instant sampleNow = *fromRfc3339("2026-11-30T12:00:00Z");

FilterExpression randomFilter(std::minstd_rand &random)
{
    return randomNode(random, 3, Kind::All);
}

} // namespace aegis::test
