#include "shared/json/JsonWriter.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace aegis {

void JsonWriter::separate()
{
    if (!m_first)
        put(',');
    m_first = false;
}

void JsonWriter::beginObject()
{
    separate();
    put('{');
    m_first = true;
}

void JsonWriter::endObject()
{
    put('}');
    m_first = false;
}

void JsonWriter::beginArray()
{
    separate();
    put('[');
    m_first = true;
}

void JsonWriter::endArray()
{
    put(']');
    m_first = false;
}

void JsonWriter::key(std::string_view name)
{
    separate();
    quote(QByteArrayView(name.data(), static_cast<qsizetype>(name.size())));
    put(':');
    m_first = true;
}

void JsonWriter::string(QStringView text)
{
    separate();
    quote(text.toUtf8()); // a surrogate without its partner becomes U+FFFD
}

void JsonWriter::utf8(QByteArrayView text)
{
    separate();
    quote(text);
}

void JsonWriter::number(qint64 number)
{
    separate();
    constexpr qsizetype longest = 20; // the lowest of them, with its sign
    char *const start = room(longest);
    m_size += std::to_chars(start, start + longest, number).ptr - start;
}

void JsonWriter::boolean(bool value)
{
    separate();
    put(value ? "true" : "false");
}

void JsonWriter::json(QByteArrayView value)
{
    separate();
    put(std::string_view(value.data(), static_cast<std::size_t>(value.size())));
}

void JsonWriter::null()
{
    separate();
    put("null");
}

void JsonWriter::quote(QByteArrayView utf8)
{
    static constexpr char hex[] = "0123456789abcdef";
    constexpr qsizetype longest = 6; // of what stands for one byte
    char *out = room(longest * utf8.size() + 2);
    char *const start = out;
    *out++ = '"';
    for (const char byte : utf8) {
        const auto c = static_cast<unsigned char>(byte);
        if (c < 0x20) {
            for (const char escaped : {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]})
                *out++ = escaped;
            continue;
        }
        if (c == '"' || c == '\\')
            *out++ = '\\';
        *out++ = byte;
    }
    *out++ = '"';
    m_size += out - start;
}

char *JsonWriter::room(qsizetype bytes)
{
    constexpr qsizetype least = 1024;
    if (m_size + bytes > m_out.size())
        m_out.resize(std::max({m_size + bytes, 2 * m_out.size(), least}));
    return m_out.data() + m_size;
}

void JsonWriter::put(char byte)
{
    *room(1) = byte;
    ++m_size;
}

void JsonWriter::put(std::string_view bytes)
{
    std::copy(bytes.begin(), bytes.end(), room(static_cast<qsizetype>(bytes.size())));
    m_size += static_cast<qsizetype>(bytes.size());
}

QByteArray JsonWriter::take()
{
    m_out.truncate(m_size);
    m_size = 0;
    return std::exchange(m_out, {});
}

} // namespace aegis
