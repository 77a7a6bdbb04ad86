#pragma once

#include <array>

namespace aegis::http {

namespace detail {

constexpr std::array<bool, 256> makeTokenTable()
{
    std::array<bool, 256> table{};
    for (unsigned char c = '0'; c <= '9'; ++c)
        table[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c) {
        table[c] = true;
        table[c - 'a' + 'A'] = true;
    }
    for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}

inline constexpr std::array<bool, 256> tokenTable = makeTokenTable();

} // namespace detail

/// Whether a byte may stand in a token, as methods and field names are (RFC 9110, 5.6.2).
constexpr bool isTokenByte(char c)
{
    return detail::tokenTable[static_cast<unsigned char>(c)];
}

/// Whether a byte may stand in a field value: no control byte but the tab (RFC 9110, 5.5).
constexpr bool isFieldValueByte(char c)
{
    return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
}

/// Whether all bytes are such. Without an early end, so that the compiler can look at sixteen at a time: a request brings
/// half a kilobyte of token, and looking it over byte by byte showed in its cost.
constexpr bool areFieldValueBytes(QByteArrayView bytes)
{
    unsigned char bad = 0;
    for (const char c : bytes)
        bad = static_cast<unsigned char>(bad | (isFieldValueByte(c) ? 0 : 1));
    return bad == 0;
}
constexpr bool areTokenBytes(QByteArrayView bytes)
{
    for (const char c : bytes) {
        if (!isTokenByte(c))
            return false;
    }
    return true;
}

/// Without the blanks and tabs around a field value (RFC 9110, 5.5).
inline QByteArrayView trimBlanks(QByteArrayView value)
{
    while (!value.isEmpty() && (value.front() == ' ' || value.front() == '\t'))
        value = value.sliced(1);
    while (!value.isEmpty() && (value.back() == ' ' || value.back() == '\t'))
        value.chop(1);
    return value;
}

/// The value of a hexadecimal digit, or -1.
constexpr int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

} // namespace aegis::http
