#include "shared/text/TreacherousText.h"

#include <algorithm>

namespace aegis {

QString withoutTreachery(QString text)
{
    if (std::all_of(text.cbegin(), text.cend(), [](QChar unit) { return unit.unicode() < 0x7f; }))
        return text;
    QString clean;
    clean.reserve(text.size());
    const auto characters = text.toUcs4(); // a lone surrogate becomes U+FFFD, too
    for (const char32_t c : characters)
        clean.append(QChar::fromUcs4(isTreacherous(c) ? char32_t(QChar::ReplacementCharacter) : c));
    return clean;
}

} // namespace aegis
