#include "shared/json/CanonicalJson.h"

#include "shared/ids/Uuid.h"

#include <QtCore/QJsonDocument>

#include <algorithm>
#include <charconv>

namespace aegis {
namespace {

constexpr char hexDigits[] = "0123456789abcdef";

bool needsNoEscape(char16_t unit)
{
    return unit >= 0x20 && unit < 0x80 && unit != u'"' && unit != u'\\';
}

/// The escape of a unit below U+0080.
char *escape(char16_t unit, char *out)
{
    *out++ = '\\';
    switch (unit) {
    case u'"':
    case u'\\':
        *out++ = static_cast<char>(unit);
        break;
    case u'\b':
        *out++ = 'b';
        break;
    case u'\f':
        *out++ = 'f';
        break;
    case u'\n':
        *out++ = 'n';
        break;
    case u'\r':
        *out++ = 'r';
        break;
    case u'\t':
        *out++ = 't';
        break;
    default:
        for (const char c : {'u', '0', '0', hexDigits[unit >> 4], hexDigits[unit & 15]})
            *out++ = c;
    }
    return out;
}

/// UTF-8 of a unit that is no surrogate and not below U+0080.
char *encode(char16_t unit, char *out)
{
    if (unit < 0x800) {
        *out++ = static_cast<char>(0xc0 | unit >> 6);
    } else {
        *out++ = static_cast<char>(0xe0 | unit >> 12);
        *out++ = static_cast<char>(0x80 | (unit >> 6 & 0x3f));
    }
    *out++ = static_cast<char>(0x80 | (unit & 0x3f));
    return out;
}

char *encodePair(char16_t high, char16_t low, char *out)
{
    const char32_t point = QChar::surrogateToUcs4(high, low);
    *out++ = static_cast<char>(0xf0 | point >> 18);
    *out++ = static_cast<char>(0x80 | (point >> 12 & 0x3f));
    *out++ = static_cast<char>(0x80 | (point >> 6 & 0x3f));
    *out++ = static_cast<char>(0x80 | (point & 0x3f));
    return out;
}

char *escapeLone(char16_t surrogate, char *out)
{
    for (const char c :
         {'\\', 'u', hexDigits[surrogate >> 12], hexDigits[surrogate >> 8 & 15], hexDigits[surrogate >> 4 & 15], hexDigits[surrogate & 15]})
        *out++ = c;
    return out;
}

} // namespace

CanonicalJson::CanonicalJson(qsizetype expectedSize)
{
    m_out.resize(expectedSize);
    put('{');
}

char *CanonicalJson::room(qsizetype bytes)
{
    if (m_size + bytes > m_out.size())
        m_out.resize(std::max(m_size + bytes, 2 * m_out.size()));
    return m_out.data() + m_size;
}

void CanonicalJson::put(char byte)
{
    *room(1) = byte;
    ++m_size;
}

void CanonicalJson::put(std::string_view bytes)
{
    std::copy(bytes.begin(), bytes.end(), room(static_cast<qsizetype>(bytes.size())));
    m_size += static_cast<qsizetype>(bytes.size());
}

void CanonicalJson::key(std::string_view name)
{
    Q_ASSERT_X(m_lastName < name, "CanonicalJson", "members must be given in the order of their names");
    Q_ASSERT(std::all_of(name.begin(), name.end(), [](char c) { return needsNoEscape(static_cast<unsigned char>(c)); }));
    m_lastName = name;
    char *out = room(static_cast<qsizetype>(name.size()) + 4);
    char *const start = out;
    if (m_size > 1)
        *out++ = ',';
    *out++ = '"';
    out = std::copy(name.begin(), name.end(), out);
    *out++ = '"';
    *out++ = ':';
    m_size += out - start;
}

void CanonicalJson::quote(QStringView text)
{
    const char16_t *unit = text.utf16();
    const char16_t *const end = unit + text.size();
    if (std::all_of(unit, end, needsNoEscape)) {
        char *out = room(text.size() + 2);
        *out++ = '"';
        out = std::transform(unit, end, out, [](char16_t ascii) { return static_cast<char>(ascii); });
        *out = '"';
        m_size += text.size() + 2;
        return;
    }
    constexpr qsizetype longest = 6; // an escape with four digits
    char *out = room(longest * text.size() + 2);
    char *const start = out;
    *out++ = '"';
    for (; unit != end; ++unit) {
        if (needsNoEscape(*unit))
            *out++ = static_cast<char>(*unit);
        else if (*unit < 0x80)
            out = escape(*unit, out);
        else if (!QChar::isSurrogate(*unit))
            out = encode(*unit, out);
        else if (QChar::isHighSurrogate(*unit) && unit + 1 != end && QChar::isLowSurrogate(unit[1]))
            out = encodePair(*unit, unit[1], out), ++unit;
        else
            out = escapeLone(*unit, out);
    }
    *out++ = '"';
    m_size += out - start;
}

void CanonicalJson::text(std::string_view name, QStringView value)
{
    key(name);
    quote(value);
}

void CanonicalJson::plain(std::string_view name, QByteArrayView value)
{
    Q_ASSERT(std::all_of(value.begin(), value.end(), [](char c) { return needsNoEscape(static_cast<unsigned char>(c)); }));
    key(name);
    put('"');
    put(std::string_view(value.data(), static_cast<std::size_t>(value.size())));
    put('"');
}

void CanonicalJson::uuid(std::string_view name, const QUuid &value)
{
    const UuidCharacters characters = uuidCharacters(value);
    plain(name, {characters.data(), static_cast<qsizetype>(characters.size())});
}

void CanonicalJson::uuidOrNull(std::string_view name, const QUuid &value)
{
    if (value.isNull())
        null(name);
    else
        uuid(name, value);
}

void CanonicalJson::number(std::string_view name, qint64 value)
{
    constexpr qsizetype longest = 20; // the lowest of them, with its sign
    key(name);
    char *const start = room(longest);
    m_size += std::to_chars(start, start + longest, value).ptr - start;
}

void CanonicalJson::texts(std::string_view name, const QStringList &values)
{
    key(name);
    put('[');
    for (qsizetype i = 0; i < values.size(); ++i) {
        if (i > 0)
            put(',');
        quote(values[i]);
    }
    put(']');
}

void CanonicalJson::object(std::string_view name, const QJsonObject &value)
{
    const QByteArray json = QJsonDocument(value).toJson(QJsonDocument::Compact);
    key(name);
    put(std::string_view(json.constData(), static_cast<std::size_t>(json.size())));
}

void CanonicalJson::null(std::string_view name)
{
    key(name);
    put("null");
}

QByteArray CanonicalJson::take()
{
    put('}');
    m_out.truncate(m_size);
    return std::move(m_out);
}

QByteArray CanonicalJson::quoted(QStringView text)
{
    CanonicalJson fragment{Fragment()};
    fragment.quote(text);
    fragment.m_out.truncate(fragment.m_size);
    return fragment.m_out;
}

} // namespace aegis
