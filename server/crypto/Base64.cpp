#include "server/crypto/Base64.h"

#include <array>

namespace aegis {
namespace {

constexpr char standardDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char urlDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned char foreign = 64;

using Values = std::array<unsigned char, 256>;

constexpr Values valuesOf(const char *digits)
{
    Values values{};
    values.fill(foreign);
    for (unsigned char value = 0; value < 64; ++value)
        values[static_cast<unsigned char>(digits[value])] = value;
    return values;
}
constexpr Values standardValues = valuesOf(standardDigits);
constexpr Values urlValues = valuesOf(urlDigits);

} // namespace

QByteArray base64Encode(QByteArrayView bytes, Base64Alphabet alphabet)
{
    const QByteArray::Base64Options variant = alphabet == Base64Alphabet::Url ? QByteArray::Base64UrlEncoding : QByteArray::Base64Encoding;
    return QByteArray::fromRawData(bytes.data(), bytes.size()).toBase64(variant | QByteArray::OmitTrailingEquals);
}

std::optional<QByteArray> base64Decode(QByteArrayView text, Base64Alphabet alphabet)
{
    const Values &values = alphabet == Base64Alphabet::Url ? urlValues : standardValues;
    if (text.size() % 4 == 1)
        return std::nullopt;
    QByteArray bytes(text.size() * 3 / 4, Qt::Uninitialized);
    char *out = bytes.data();
    std::uint32_t gathered = 0;
    int bits = 0;
    for (const char c : text) {
        const unsigned char value = values[static_cast<unsigned char>(c)];
        if (value == foreign)
            return std::nullopt;
        gathered = (gathered << 6 | value) & 0xffffU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *out++ = static_cast<char>(gathered >> bits & 0xffU);
        }
    }
    if ((gathered & ((1U << bits) - 1U)) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace aegis
