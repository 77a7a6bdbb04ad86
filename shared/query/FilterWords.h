#pragma once

#include <QtCore/QStringView>

namespace aegis {

/// The words that mean something by themselves, in either case. In quotes they are text.
inline bool isFilterWord(QStringView text, QLatin1String word)
{
    return text.compare(word, Qt::CaseInsensitive) == 0;
}

/// `and`, `or`, `not`: never a value and never a text to look for.
inline bool isFilterConnective(QStringView text)
{
    return isFilterWord(text, QLatin1String("and")) || isFilterWord(text, QLatin1String("or")) || isFilterWord(text, QLatin1String("not"));
}

/// `none`, `any`: what stands for "no value" and "any value" behind a field.
inline bool isFilterNull(QStringView text)
{
    return isFilterWord(text, QLatin1String("none")) || isFilterWord(text, QLatin1String("any"));
}

} // namespace aegis
