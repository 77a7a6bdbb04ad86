#include "server/passwords/PhcString.h"

#include "server/crypto/Base64.h"

#include <limits>

namespace aegis {
namespace {

constexpr std::uint32_t maximumLanes = 0xffffff; // RFC 9106, 3.1
constexpr std::uint32_t minimumKibPerLane = 8;

bool take(QByteArrayView &text, QByteArrayView expected)
{
    if (!text.startsWith(expected))
        return false;
    text = text.sliced(expected.size());
    return true;
}

/// A decimal number from 1 as the format has it: digits alone, no leading zero, 32 bits.
bool takeNumber(QByteArrayView &text, std::uint32_t &number)
{
    std::uint64_t value = 0;
    qsizetype digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
        value = value * 10 + static_cast<std::uint64_t>(text[digits] - '0');
        if (value > std::numeric_limits<std::uint32_t>::max() || value == 0)
            return false;
    }
    text = text.sliced(digits);
    number = static_cast<std::uint32_t>(value);
    return digits > 0;
}

} // namespace

QByteArray PhcString::format() const
{
    return "$argon2id$v=19$m=" + QByteArray::number(cost.memoryKib) + ",t=" + QByteArray::number(cost.passes) + ",p=" + QByteArray::number(cost.lanes)
        + '$' + base64Encode(salt, Base64Alphabet::Standard) + '$' + base64Encode(hash, Base64Alphabet::Standard);
}

std::optional<PhcString> PhcString::parse(QByteArrayView text)
{
    PhcString phc;
    if (!take(text, "$argon2id$v=19$m=") || !takeNumber(text, phc.cost.memoryKib) || !take(text, ",t=") || !takeNumber(text, phc.cost.passes)
        || !take(text, ",p=") || !takeNumber(text, phc.cost.lanes) || !take(text, "$"))
        return std::nullopt;
    if (phc.cost.lanes > maximumLanes || phc.cost.memoryKib / minimumKibPerLane < phc.cost.lanes)
        return std::nullopt;

    const qsizetype dollar = text.indexOf('$');
    if (dollar < 0)
        return std::nullopt;
    auto salt = base64Decode(text.first(dollar), Base64Alphabet::Standard);
    auto hash = base64Decode(text.sliced(dollar + 1), Base64Alphabet::Standard);
    if (!salt || salt->size() < 8 || salt->size() > 64 || !hash || hash->size() < 12 || hash->size() > 64)
        return std::nullopt;
    phc.salt = *std::move(salt);
    phc.hash = *std::move(hash);
    return phc;
}

} // namespace aegis
