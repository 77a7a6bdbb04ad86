#include "shared/json/FlatJson.h"

#include <charconv>
#include <string_view>

namespace aegis {
namespace {

std::string_view textOf(QByteArrayView bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

} // namespace

bool FlatJson::take(char c)
{
    if (peek() != c)
        return false;
    ++m_at;
    return true;
}

bool FlatJson::next()
{
    const bool first = m_at == 0;
    if (m_whole || (first && !take('{')))
        return false;
    if (take('}')) {
        m_whole = m_at == m_json.size();
        return false;
    }
    if (!first && !take(','))
        return false;
    qsizetype start = m_at;
    if (!skipString() || m_escaped)
        return false;
    const QByteArrayView name = m_json.sliced(start + 1, m_at - start - 2);
    if (!take(':') || (!first && textOf(name) <= textOf(m_name)))
        return false;
    m_name = name;
    start = m_at;
    if (peek() == '"' ? !skipString() : !skipInteger())
        return false;
    m_value = m_json.sliced(start, m_at - start);
    return true;
}

bool FlatJson::skipString()
{
    m_escaped = false;
    if (!take('"'))
        return false;
    while (m_at < m_json.size()) {
        const char c = m_json[m_at++];
        if (c == '"')
            return true;
        if (static_cast<unsigned char>(c) < 0x20)
            return false;
        if (c == '\\') {
            m_escaped = true;
            ++m_at; // the byte after it ends nothing
        }
    }
    return false;
}

bool FlatJson::skipInteger()
{
    constexpr qsizetype longest = 18; // all of them fit into 64 bits
    const bool negative = take('-');
    const qsizetype start = m_at;
    while (peek() >= '0' && peek() <= '9')
        ++m_at;
    const qsizetype length = m_at - start;
    return length > 0 && length <= longest && (m_json[start] != '0' || (length == 1 && !negative));
}

QByteArrayView FlatJson::plainText() const
{
    return m_value.startsWith('"') && !m_escaped ? m_value.sliced(1, m_value.size() - 2) : QByteArrayView();
}

std::optional<std::int64_t> FlatJson::integer() const
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(m_value.data(), m_value.data() + m_value.size(), number);
    return error == std::errc() && end == m_value.data() + m_value.size() ? std::optional(number) : std::nullopt;
}

} // namespace aegis
