#include "server/crypto/Base64.h"

#include <array>

namespace aegis {
namespace {

constexpr char standardDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char urlDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned char foreign = 64; // the only value with this bit

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

char *base64EncodeTo(char *out, QByteArrayView bytes, Base64Alphabet alphabet)
{
    const char *const digits = alphabet == Base64Alphabet::Url ? urlDigits : standardDigits;
    const auto *at = reinterpret_cast<const unsigned char *>(bytes.data());
    qsizetype left = bytes.size();
    for (; left >= 3; left -= 3, at += 3) {
        const unsigned three = unsigned(at[0]) << 16 | unsigned(at[1]) << 8 | at[2];
        *out++ = digits[three >> 18];
        *out++ = digits[three >> 12 & 63U];
        *out++ = digits[three >> 6 & 63U];
        *out++ = digits[three & 63U];
    }
    if (left > 0) {
        const unsigned rest = unsigned(at[0]) << 16 | (left > 1 ? unsigned(at[1]) << 8 : 0U);
        *out++ = digits[rest >> 18];
        *out++ = digits[rest >> 12 & 63U];
        if (left > 1)
            *out++ = digits[rest >> 6 & 63U];
    }
    return out;
}

QByteArray base64Encode(QByteArrayView bytes, Base64Alphabet alphabet)
{
    QByteArray text(base64Size(bytes.size()), Qt::Uninitialized);
    base64EncodeTo(text.data(), bytes, alphabet);
    return text;
}

std::optional<QByteArray> base64Decode(QByteArrayView text, Base64Alphabet alphabet)
{
    const Values &values = alphabet == Base64Alphabet::Url ? urlValues : standardValues;
    const qsizetype rest = text.size() % 4;
    if (rest == 1)
        return std::nullopt;
    QByteArray bytes(text.size() * 3 / 4, Qt::Uninitialized);
    char *out = bytes.data();
    const auto *at = reinterpret_cast<const unsigned char *>(text.data());
    unsigned all = 0; // every value there was: `foreign` has a bit that no other has
    for (qsizetype groups = text.size() / 4; groups > 0; --groups, at += 4) {
        const unsigned a = values[at[0]], b = values[at[1]], c = values[at[2]], d = values[at[3]];
        all |= a | b | c | d;
        *out++ = static_cast<char>(a << 2 | b >> 4);
        *out++ = static_cast<char>(b << 4 | c >> 2);
        *out++ = static_cast<char>(c << 6 | d);
    }
    if (rest > 0) {
        const unsigned a = values[at[0]], b = values[at[1]], c = rest == 3 ? values[at[2]] : 0U;
        all |= a | b | c;
        *out++ = static_cast<char>(a << 2 | b >> 4);
        if (rest == 3)
            *out = static_cast<char>(b << 4 | c >> 2);
        if (((rest == 3 ? c << 6 : b << 4) & 0xffU) != 0) // bits that no byte uses
            return std::nullopt;
    }
    if ((all & foreign) != 0)
        return std::nullopt;
    return bytes;
}

} // namespace aegis
