#include "shared/text/UnseenCharacters.h"

#include <algorithm>
#include <array>

namespace aegis {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

constexpr std::array unseen{
    Range{0x00ad, 0x00ad},   // soft hyphen
    Range{0x034f, 0x034f},   // grapheme joiner
    Range{0x061c, 0x061c},   // Arabic letter mark
    Range{0x115f, 0x1160},   // Hangul fillers
    Range{0x17b4, 0x17b5},   // Khmer vowels that are inherent
    Range{0x180b, 0x180f},   // Mongolian variation selectors
    Range{0x200b, 0x200f},   // zero width space, joiners, direction marks
    Range{0x202a, 0x202e},   // directions
    Range{0x2060, 0x206f},   // word joiner, unseen operators, isolates
    Range{0x2800, 0x2800},   // Braille without a dot
    Range{0x3164, 0x3164},   // Hangul filler
    Range{0xfe00, 0xfe0f},   // variation selectors
    Range{0xfeff, 0xfeff},   // zero width no-break space
    Range{0xffa0, 0xffa0},   // Hangul filler of half the width
    Range{0xfff0, 0xfff8},   // not assigned
    Range{0x1bca0, 0x1bca3}, // shorthand controls
    Range{0x1d159, 0x1d159}, // a note without a head
    Range{0x1d173, 0x1d17a}, // musical controls
    Range{0xe0000, 0xe0fff}, // tags, variation selectors
};

} // namespace

bool isUnseen(char32_t c)
{
    const auto *const range = std::find_if(unseen.begin(), unseen.end(), [c](const Range &one) { return c <= one.last; });
    return range != unseen.end() && c >= range->first;
}

} // namespace aegis
