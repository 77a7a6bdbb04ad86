#include "shared/ids/Uuid.h"

#include <QtCore/QRandomGenerator>

#include <array>
#include <mutex>

namespace aegis {
namespace {

struct Uuid7State {
    std::mutex mutex;
    std::uint64_t milliseconds = 0;
    std::uint32_t counter = 0; // 12 bits
};

/// How far ids may run ahead of the clock, in milliseconds, rather than not increase. When the clock was set back by more
/// they follow it: ids from the future would miss their day's partition, and not be found by their time.
constexpr std::uint64_t maxAhead = 1'000;

/// What a hex digit stands for, or 16.
constexpr unsigned hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return unsigned(c - '0');
    if (c >= 'a' && c <= 'f')
        return unsigned(c - 'a' + 10);
    return c >= 'A' && c <= 'F' ? unsigned(c - 'A' + 10) : 16U;
}

} // namespace

UuidCharacters uuidCharacters(const QUuid &uuid)
{
    UuidCharacters text;
    std::size_t at = 0;
    const auto put = [&](std::uint64_t number, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
            text[at++] = "0123456789abcdef"[number >> shift & 0xfU];
    };
    put(uuid.data1, 8);
    text[at++] = '-';
    put(uuid.data2, 4);
    text[at++] = '-';
    put(uuid.data3, 4);
    text[at++] = '-';
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == 2)
            text[at++] = '-';
        put(uuid.data4[i], 2);
    }
    return text;
}

QByteArray uuidText(const QUuid &uuid)
{
    const UuidCharacters text = uuidCharacters(uuid);
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

std::optional<QUuid> parseUuid(QByteArrayView text)
{
    if (text.size() != 36)
        return std::nullopt;
    std::array<uchar, 16> bytes{};
    std::size_t digits = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-')
                return std::nullopt;
            continue;
        }
        const unsigned value = hexValue(text[i]);
        if (value > 15)
            return std::nullopt;
        bytes[digits / 2] = static_cast<uchar>(bytes[digits / 2] << 4 | value);
        ++digits;
    }
    return QUuid(uint(bytes[0]) << 24 | uint(bytes[1]) << 16 | uint(bytes[2]) << 8 | bytes[3], static_cast<ushort>(bytes[4] << 8 | bytes[5]),
                 static_cast<ushort>(bytes[6] << 8 | bytes[7]), bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]);
}

QUuid makeUuid7(Instant now)
{
    static Uuid7State state;
    const auto wanted = static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count());
    std::uint64_t milliseconds = 0;
    std::uint32_t counter = 0;
    {
        const std::lock_guard lock(state.mutex);
        if (wanted > state.milliseconds || state.milliseconds - wanted > maxAhead) {
            state.milliseconds = wanted;
            state.counter = QRandomGenerator::system()->generate() & 0x7ffU; // half the range is left for counting
        } else if (++state.counter > 0xfffU) {
            ++state.milliseconds; // more than the counter holds in one millisecond: borrow from the next
            state.counter = 0;
        }
        milliseconds = state.milliseconds;
        counter = state.counter;
    }
    const std::uint64_t random = QRandomGenerator::system()->generate64();
    std::array<uchar, 8> tail{};
    for (std::size_t i = 0; i < tail.size(); ++i)
        tail[i] = static_cast<uchar>(random >> (8 * i));
    tail[0] = static_cast<uchar>((tail[0] & 0x3fU) | 0x80U);
    return QUuid(static_cast<uint>(milliseconds >> 16), static_cast<ushort>(milliseconds & 0xffffU), static_cast<ushort>(0x7000U | counter), tail[0],
                 tail[1], tail[2], tail[3], tail[4], tail[5], tail[6], tail[7]);
}

std::optional<Instant> uuid7Time(const QUuid &uuid)
{
    if ((uuid.data3 & 0xf000U) != 0x7000U)
        return std::nullopt;
    return Instant(std::chrono::milliseconds((std::int64_t(uuid.data1) << 16) | uuid.data2));
}

} // namespace aegis
