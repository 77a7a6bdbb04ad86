#include "shared/query/FilterFieldNames.h"

namespace aegis {

int placeOfField(QStringView name, FilterFields fields)
{
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (name.compare(fields[i].name, Qt::CaseInsensitive) == 0)
            return static_cast<int>(i);
    }
    return -1;
}

QStringList fieldNames(FilterFields fields)
{
    QStringList names;
    for (const FilterField &field : fields)
        names.append(field.name);
    return names;
}

QStringList valueNames(const FilterField &field)
{
    if (field.type == FilterType::Boolean)
        return {QStringLiteral("true"), QStringLiteral("false")};
    QStringList names;
    for (const QLatin1String value : field.values)
        names.append(value);
    return names;
}

} // namespace aegis
