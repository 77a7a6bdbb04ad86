#include "server/mfa/Totp.h"

#include "server/crypto/ConstantTime.h"
#include "server/crypto/Hmac.h"

namespace aegis::totp {
namespace {

/// Of a code as people type it: "123 456".
Secret withoutSpaces(const Secret &code)
{
    QByteArray kept;
    for (const char c : code.reveal()) {
        if (c != ' ')
            kept.append(c);
    }
    Secret plain{QByteArrayView(kept)};
    kept.fill('\0');
    return plain;
}

} // namespace

std::int64_t stepAt(Instant moment)
{
    return toUnixSeconds(moment) / period.count();
}

QByteArray codeOf(const Secret &secret, std::int64_t step, int digitCount)
{
    char message[8];
    for (int i = 0; i < 8; ++i)
        message[i] = static_cast<char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
    const Sha1 mac = hmacSha1Digest(secret, QByteArrayView(message, 8));
    const std::size_t offset = mac[19] & 0x0f;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = (number << 8) | mac[offset + i];
    number &= 0x7fffffff;

    QByteArray code(digitCount, '0');
    for (int i = digitCount - 1; i >= 0; --i) {
        code[i] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
    return code;
}

std::optional<std::int64_t> matchingStep(const Secret &secret, const Secret &code, Instant now)
{
    const Secret plain = withoutSpaces(code);
    const std::int64_t present = stepAt(now);
    std::optional<std::int64_t> found;
    for (std::int64_t step = present - window; step <= present + window; ++step) {
        if (constantTimeEquals(codeOf(secret, step), plain.reveal()))
            found = step; // of two steps with the same code the later one: both are used up with it
    }
    return found;
}

} // namespace aegis::totp
