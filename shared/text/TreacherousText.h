#pragma once

#include <QtCore/QString>

namespace aegis {

/// True for characters that change how the rest of a line is shown: DEL and the C1 controls, separators, and what turns the
/// direction of text round (Unicode UAX 9) or has no width. The C0 controls are not among them: whoever shows text knows those.
constexpr bool isTreacherous(char32_t c)
{
    return (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/// The text with U+FFFD in place of each such character.
QString withoutTreachery(QString text);

} // namespace aegis
