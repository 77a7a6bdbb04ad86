#include "shared/time/Instant.h"

namespace aegis {
namespace {

/// The number that the digits at that place spell, or -1.
int digits(QByteArrayView text, qsizetype at, qsizetype count)
{
    if (at + count > text.size())
        return -1;
    int number = 0;
    for (const char c : text.sliced(at, count)) {
        if (c < '0' || c > '9')
            return -1;
        number = number * 10 + (c - '0');
    }
    return number;
}

void writeDigits(char *out, int count, unsigned number)
{
    for (int i = count - 1; i >= 0; --i, number /= 10)
        out[i] = static_cast<char>('0' + number % 10);
}

} // namespace

using namespace std::chrono;

Instant systemNow()
{
    return time_point_cast<microseconds>(system_clock::now());
}

QByteArray toRfc3339(Instant instant)
{
    const auto midnight = floor<days>(instant);
    const year_month_day date(midnight);
    const hh_mm_ss clock(floor<milliseconds>(instant - midnight));
    QByteArray text = QByteArrayLiteral("0000-00-00T00:00:00.000Z");
    char *const out = text.data();
    writeDigits(out, 4, unsigned(int(date.year())));
    writeDigits(out + 5, 2, unsigned(date.month()));
    writeDigits(out + 8, 2, unsigned(date.day()));
    writeDigits(out + 11, 2, unsigned(clock.hours().count()));
    writeDigits(out + 14, 2, unsigned(clock.minutes().count()));
    writeDigits(out + 17, 2, unsigned(clock.seconds().count()));
    writeDigits(out + 20, 3, unsigned(clock.subseconds().count()));
    return text;
}

std::optional<Instant> fromRfc3339(QByteArrayView text)
{
    const int y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
    const int h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
    if (y < 0 || mo < 0 || d < 0 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59 || text.size() < 20)
        return std::nullopt;
    if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const year_month_day date{year(y), month(unsigned(mo)), day(unsigned(d))};
    if (!date.ok())
        return std::nullopt;

    qsizetype at = 19;
    int fraction = 0;
    if (text[at] == '.') {
        qsizetype count = 0;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
            if (count >= 6)
                return std::nullopt;
            fraction = fraction * 10 + (text[at] - '0');
        }
        if (count == 0)
            return std::nullopt;
        for (; count < 6; ++count)
            fraction *= 10;
    }

    minutes offset(0);
    const QByteArrayView zone = text.sliced(at);
    if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
        const int zh = digits(zone, 1, 2), zm = digits(zone, 4, 2);
        if (zh < 0 || zh > 23 || zm < 0 || zm > 59)
            return std::nullopt;
        offset = hours(zh) + minutes(zm);
        if (zone[0] == '-')
            offset = -offset;
    } else if (zone != "Z" && zone != "z") {
        return std::nullopt;
    }
    return Instant(sys_days(date).time_since_epoch() + hours(h) + minutes(mi) + seconds(s) + microseconds(fraction) - offset);
}

std::int64_t toUnixSeconds(Instant instant)
{
    return floor<seconds>(instant.time_since_epoch()).count();
}

Instant fromUnixSeconds(std::int64_t value)
{
    return Instant(seconds(value));
}

} // namespace aegis
