#include "server/crypto/Base32.h"

#include <cstdint>

namespace aegis {

QByteArray base32Encode(QByteArrayView bytes)
{
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    QByteArray text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t pending = 0;
    int bits = 0;
    for (const char byte : bytes) {
        pending = (pending << 8) | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 5; bits -= 5)
            text.append(alphabet[(pending >> (bits - 5)) & 31]);
    }
    if (bits > 0)
        text.append(alphabet[(pending << (5 - bits)) & 31]);
    return text;
}

} // namespace aegis
