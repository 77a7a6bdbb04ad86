#include "server/log/LogLine.h"

#include <array>
#include <charconv>
#include <cmath>

namespace aegis::log {
namespace {

template <class Characters> std::string_view view(const Characters &characters)
{
    return {characters.data(), static_cast<std::size_t>(characters.size())};
}

template <class Number> void appendNumber(std::string &line, Number number)
{
    std::array<char, 32> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    line.append(digits.data(), result.ptr);
}

void appendReal(std::string &line, double number)
{
    if (!std::isfinite(number)) {
        line.append("null"); // JSON has no word for it
        return;
    }
    std::array<char, 32> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::general, 6);
    line.append(digits.data(), result.ptr);
}

bool needsQuotes(std::string_view escaped)
{
    for (const char c : escaped) {
        if (c == ' ' || c == '=' || c == '\\')
            return true;
    }
    return escaped.empty();
}

/// Appends the value; the strings among them in quotes, or as bare words where that leaves no doubt.
class ValueWriter {
public:
    ValueWriter(std::string &line, bool bareWords) : m_line(line), m_bareWords(bareWords) {}

    void operator()(bool value) const { m_line.append(value ? "true" : "false"); }
    void operator()(std::int64_t value) const { appendNumber(m_line, value); }
    void operator()(std::uint64_t value) const { appendNumber(m_line, value); }
    void operator()(double value) const { appendReal(m_line, value); }
    void operator()(QStringView value) const { appendText(value); }
    void operator()(QByteArrayView value) const { appendText(value); }
    void operator()(const QUuid &value) const
    {
        const UuidCharacters text = uuidCharacters(value);
        appendText(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())));
    }
    void operator()(Instant value) const { appendText(QByteArrayView(toRfc3339(value))); }
    void operator()(const QHostAddress *value) const
    {
        if (value->protocol() == QAbstractSocket::IPv4Protocol)
            appendIpv4(value->toIPv4Address());
        else
            appendText(QStringView(value->toString()));
    }

private:
    void appendIpv4(quint32 address) const // QHostAddress::toString() costs ten times as much, in every line of the access log
    {
        std::array<char, 15> text{};
        char *at = text.data();
        for (const unsigned shift : {24U, 16U, 8U, 0U}) {
            if (at != text.data())
                *at++ = '.';
            at = std::to_chars(at, text.data() + text.size(), address >> shift & 0xffU).ptr;
        }
        appendText(QByteArrayView(text.data(), at - text.data()));
    }
    template <class View> void appendText(View text) const
    {
        const std::size_t begin = m_line.size();
        m_line += '"';
        appendEscaped(m_line, text);
        if (m_bareWords && !needsQuotes(std::string_view(m_line).substr(begin + 1)))
            m_line.erase(begin, 1);
        else
            m_line += '"';
    }

    std::string &m_line;
    bool m_bareWords;
};

struct LevelLook {
    const char *name;
    const char *column; ///< of equal width
    const char *colour; ///< ANSI
};

const LevelLook &look(LogLevel level)
{
    static constexpr std::array<LevelLook, 4> looks{
        {{"debug", "DEBUG", "\x1b[2m"}, {"info", "INFO ", "\x1b[32m"}, {"warning", "WARN ", "\x1b[33m"}, {"error", "ERROR", "\x1b[31m"}}};
    return looks[static_cast<std::size_t>(level)];
}

} // namespace

void appendJsonLine(std::string &line, const LineParts &parts)
{
    line.append("{\"time\":\"")
        .append(view(toRfc3339(parts.time)))
        .append("\",\"level\":\"")
        .append(look(parts.level).name)
        .append("\",\"event\":\"");
    appendEscaped(line, parts.event);
    line += '"';
    if (parts.correlation != nullptr)
        line.append(",\"correlationId\":\"").append(view(uuidCharacters(parts.correlation->uuid()))) += '"';
    for (const Field &field : parts.fields) {
        line.append(",\"").append(field.name).append("\":");
        std::visit(ValueWriter(line, false), field.value.held());
    }
    line.append("}\n");
}

void appendTextLine(std::string &line, const LineParts &parts, bool colours)
{
    const char *const reset = colours ? "\x1b[0m" : "";
    const char *const dim = colours ? "\x1b[2m" : "";
    line.append(dim).append(view(toRfc3339(parts.time))).append(reset) += ' ';
    line.append(colours ? look(parts.level).colour : "").append(look(parts.level).column).append(reset) += ' ';
    appendEscaped(line, parts.event);
    for (const Field &field : parts.fields) {
        line.append(" ").append(dim).append(field.name).append("=").append(reset);
        std::visit(ValueWriter(line, true), field.value.held());
    }
    if (parts.correlation != nullptr)
        line.append(" ").append(dim).append("correlationId=").append(view(uuidCharacters(parts.correlation->uuid()))).append(reset);
    line += '\n';
}

} // namespace aegis::log
