#include "server/mfa/PngImage.h"

#include <array>
#include <cstdint>

namespace aegis {
namespace {

constexpr std::array<std::uint32_t, 256> makeCrcTable()
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t n = 0; n < 256; ++n) {
        std::uint32_t c = n;
        for (int k = 0; k < 8; ++k)
            c = (c & 1) ? 0xedb88320U ^ (c >> 1) : c >> 1;
        table[n] = c;
    }
    return table;
}

/// CRC-32 as in annex D of the standard.
std::uint32_t crcOf(const QByteArray &bytes)
{
    static constexpr std::array<std::uint32_t, 256> table = makeCrcTable();
    std::uint32_t c = 0xffffffffU;
    for (const char byte : bytes)
        c = table[(c ^ static_cast<unsigned char>(byte)) & 0xff] ^ (c >> 8);
    return c ^ 0xffffffffU;
}

QByteArray bigEndian(std::uint32_t number)
{
    QByteArray bytes(4, '\0');
    for (int i = 0; i < 4; ++i)
        bytes[i] = static_cast<char>(number >> (24 - 8 * i));
    return bytes;
}

QByteArray chunk(const QByteArray &type, const QByteArray &data)
{
    const QByteArray counted = type + data;
    return bigEndian(static_cast<std::uint32_t>(data.size())) + counted + bigEndian(crcOf(counted));
}

} // namespace

QByteArray pngImage(int size, const std::function<bool(int x, int y)> &isBlack)
{
    QByteArray lines;
    for (int y = 0; y < size; ++y) {
        QByteArray line(1 + (size + 7) / 8, '\0'); // filter "none", then eight pixels a byte
        for (int x = 0; x < size; ++x) {
            if (!isBlack(x, y))
                line[1 + x / 8] = static_cast<char>(line[1 + x / 8] | (0x80 >> (x % 8)));
        }
        lines += line;
    }
    const QByteArray side = bigEndian(static_cast<std::uint32_t>(size));
    const QByteArray header = side + side + QByteArray("\x01\x00\x00\x00\x00", 5); // one bit, greyscale
    // qCompress() writes the length before what zlib makes of the data.
    return QByteArray("\x89PNG\r\n\x1a\n", 8) + chunk("IHDR", header) + chunk("IDAT", qCompress(lines, 9).sliced(4)) + chunk("IEND", QByteArray());
}

} // namespace aegis
