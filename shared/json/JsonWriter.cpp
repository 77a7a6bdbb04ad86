#include "shared/json/JsonWriter.h"

namespace aegis {

void JsonWriter::separate()
{
    if (!m_first)
        m_out.append(',');
    m_first = false;
}

void JsonWriter::beginObject()
{
    separate();
    m_out.append('{');
    m_first = true;
}

void JsonWriter::endObject()
{
    m_out.append('}');
    m_first = false;
}

void JsonWriter::beginArray()
{
    separate();
    m_out.append('[');
    m_first = true;
}

void JsonWriter::endArray()
{
    m_out.append(']');
    m_first = false;
}

void JsonWriter::key(std::string_view name)
{
    separate();
    quote(QByteArrayView(name.data(), static_cast<qsizetype>(name.size())));
    m_out.append(':');
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
    m_out.append(QByteArray::number(number));
}

void JsonWriter::boolean(bool value)
{
    separate();
    m_out.append(value ? "true" : "false");
}

void JsonWriter::null()
{
    separate();
    m_out.append("null");
}

void JsonWriter::quote(QByteArrayView utf8)
{
    static constexpr char hex[] = "0123456789abcdef";
    m_out.append('"');
    qsizetype plain = 0; // start of what needs no escape
    for (qsizetype i = 0; i < utf8.size(); ++i) {
        const auto c = static_cast<unsigned char>(utf8[i]);
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        m_out.append(utf8.sliced(plain, i - plain));
        plain = i + 1;
        if (c >= 0x20) {
            m_out.append('\\').append(utf8[i]);
        } else {
            const char escaped[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            m_out.append(escaped, sizeof escaped);
        }
    }
    m_out.append(utf8.sliced(plain));
    m_out.append('"');
}

} // namespace aegis
