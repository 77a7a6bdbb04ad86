#include "server/log/LogLine.h"
#include "shared/text/TreacherousText.h"

#include <algorithm>
#include <array>

namespace aegis::log {
namespace {

constexpr char hexDigits[] = "0123456789abcdef";
constexpr qsizetype longestText = 4096;
constexpr char32_t replacement = 0xfffd;

void appendUnit(std::string &line, unsigned unit)
{
    const std::array<char, 6> escaped{
        '\\', 'u', hexDigits[unit >> 12 & 0xfU], hexDigits[unit >> 8 & 0xfU], hexDigits[unit >> 4 & 0xfU], hexDigits[unit & 0xfU]};
    line.append(escaped.data(), escaped.size());
}

void appendCharacter(std::string &line, char32_t c)
{
    if (c == '"' || c == '\\') {
        line += {'\\', static_cast<char>(c)};
    } else if (c == '\n') {
        line.append("\\n");
    } else if (c == '\r') {
        line.append("\\r");
    } else if (c == '\t') {
        line.append("\\t");
    } else if (c < 0x20 || isTreacherous(c)) {
        if (c > 0xffff) {
            appendUnit(line, QChar::highSurrogate(c));
            appendUnit(line, QChar::lowSurrogate(c));
        } else {
            appendUnit(line, static_cast<unsigned>(c));
        }
    } else if (c < 0x80) {
        line.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
        line += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
    } else if (c < 0x10000) {
        line += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
    } else {
        line += {static_cast<char>(0xf0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3f)), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
                 static_cast<char>(0x80 | (c & 0x3f))};
    }
}

/// Takes one character off the front of UTF-8 (RFC 3629); the replacement character for a byte that begins none.
char32_t takeCharacter(QByteArrayView &utf8)
{
    const auto byte = [&utf8](qsizetype at) { return static_cast<unsigned char>(utf8[at]); };
    const unsigned first = byte(0);
    const qsizetype length = first < 0x80 ? 1
        : first >= 0xc2 && first <= 0xdf  ? 2
        : first >= 0xe0 && first <= 0xef  ? 3
        : first >= 0xf0 && first <= 0xf4  ? 4
                                          : 0;
    char32_t c = length == 1 ? first : length == 2 ? first & 0x1f : length == 3 ? first & 0x0f : first & 0x07;
    bool isValid = length != 0 && length <= utf8.size();
    for (qsizetype i = 1; isValid && i < length; ++i) {
        isValid = (byte(i) & 0xc0) == 0x80;
        c = c << 6 | (byte(i) & 0x3f);
    }
    isValid = isValid && !(length == 3 && (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))) && !(length == 4 && (c < 0x10000 || c > 0x10ffff));
    utf8 = utf8.sliced(isValid ? length : 1);
    return isValid ? c : replacement;
}

bool isPlain(char32_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/// How much of the beginning of the text can be copied as it is.
qsizetype plainRun(QStringView text)
{
    const auto end = std::find_if_not(text.begin(), text.end(), [](QChar unit) { return isPlain(unit.unicode()); });
    return end - text.begin();
}

void appendPlain(std::string &line, QStringView ascii)
{
    const std::size_t before = line.size();
    line.resize(before + static_cast<std::size_t>(ascii.size()));
    std::transform(ascii.begin(), ascii.end(), line.begin() + static_cast<std::ptrdiff_t>(before),
                   [](QChar unit) { return static_cast<char>(unit.unicode()); });
}

} // namespace

void appendEscaped(std::string &line, QByteArrayView utf8)
{
    const bool isCut = utf8.size() > longestText;
    if (isCut)
        utf8 = utf8.first(longestText);
    while (!utf8.isEmpty()) {
        qsizetype plain = 0;
        while (plain < utf8.size() && isPlain(static_cast<unsigned char>(utf8[plain])))
            ++plain;
        line.append(utf8.data(), static_cast<std::size_t>(plain));
        utf8 = utf8.sliced(plain);
        if (!utf8.isEmpty())
            appendCharacter(line, takeCharacter(utf8));
    }
    if (isCut)
        line.append("...");
}

void appendEscaped(std::string &line, QStringView text)
{
    const bool isCut = text.size() > longestText;
    if (isCut)
        text = text.first(longestText);
    for (qsizetype i = 0; i < text.size(); ++i) {
        const qsizetype plain = plainRun(text.sliced(i));
        appendPlain(line, text.sliced(i, plain));
        i += plain;
        if (i == text.size())
            break;
        const QChar unit = text[i];
        if (unit.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate())
            appendCharacter(line, QChar::surrogateToUcs4(unit, text[++i]));
        else
            appendCharacter(line, unit.isSurrogate() ? replacement : unit.unicode());
    }
    if (isCut)
        line.append("...");
}

} // namespace aegis::log
