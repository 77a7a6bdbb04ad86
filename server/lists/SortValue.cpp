#include "server/lists/SortValue.h"

#include "shared/ids/Uuid.h"
#include "shared/query/FilterAddress.h"

#include <algorithm>

namespace aegis::sort_value {
namespace {

/// So much before and after 1970 every time of the product is (about 290,000 years fit; PostgreSQL ends at 294276).
constexpr qint64 farthest = 253'402'300'800'000'000; // the year 10000, in microseconds

QByteArray placeholder(std::size_t number, const char *cast = "")
{
    return '$' + QByteArray::number(qulonglong(number)) + cast;
}

} // namespace

std::optional<QString> from(const Row &row, const char *column, FilterType type)
{
    switch (type) {
    case FilterType::Time: {
        const auto time = row.get<std::optional<Instant>>(column);
        return time ? std::optional(QString::number(time->time_since_epoch().count())) : std::nullopt;
    }
    case FilterType::Boolean: {
        const auto value = row.get<std::optional<bool>>(column);
        return value ? std::optional(*value ? QStringLiteral("true") : QStringLiteral("false")) : std::nullopt;
    }
    case FilterType::Text:
    case FilterType::Enum:
    case FilterType::Uuid:
    case FilterType::Address:
    case FilterType::Number:
        break;
    }
    return row.get<std::optional<QString>>(column);
}

QByteArray append(const QString &value, const FilterField &field, Parameters &parameters)
{
    switch (field.type) {
    case FilterType::Text:
        return placeholder(parameters.append(value));
    case FilterType::Enum:
        if (std::ranges::any_of(field.values, [&value](QLatin1String known) { return value == known; }))
            return placeholder(parameters.append(value));
        return {};
    case FilterType::Uuid:
        if (const auto uuid = parseUuid(value.toLatin1()))
            return placeholder(parameters.append(*uuid));
        return {};
    case FilterType::Time: {
        bool isNumber = false;
        const qint64 count = value.toLongLong(&isNumber);
        if (!isNumber || count > farthest || count < -farthest / 4)
            return {};
        return placeholder(parameters.append(Instant(std::chrono::microseconds(count))));
    }
    case FilterType::Address:
        if (const auto parsed = FilterAddress::parse(value); parsed.fault == FilterAddress::Fault::None)
            return placeholder(parameters.append(parsed.address.text()), "::inet");
        return {};
    case FilterType::Number: {
        bool isNumber = false;
        const qint64 number = value.toLongLong(&isNumber);
        return isNumber ? placeholder(parameters.append(number), "::bigint") : QByteArray();
    }
    case FilterType::Boolean:
        if (value == QLatin1String("true") || value == QLatin1String("false"))
            return placeholder(parameters.append(value == QLatin1String("true")));
        return {};
    }
    return {};
}

} // namespace aegis::sort_value
