#include "shared/query/FilterTime.h"

#include <algorithm>
#include <limits>

namespace aegis {
namespace {

using namespace std::chrono;
using Fault = FilterTime::Fault;

constexpr microseconds smallest{1};
constexpr Instant first{sys_days{year{1} / January / 1}};
constexpr Instant last{sys_days{year{10'000} / January / 1}}; ///< the first moment that is too late

FilterTime::Parsed span(Instant from, microseconds length, bool isRelative)
{
    if (from < first || from > last - length)
        return {{}, Fault::Range, isRelative};
    return {{from, from + length}, Fault::None, isRelative};
}

bool isDigit(QChar c)
{
    return c >= u'0' && c <= u'9';
}

/// The length of `-24h`'s unit; nothing when there is no such unit.
std::optional<microseconds> unitOf(QChar c)
{
    switch (c.toLower().unicode()) {
    case u's':
        return seconds(1);
    case u'm':
        return minutes(1);
    case u'h':
        return hours(1);
    case u'd':
        return days(1);
    case u'w':
        return weeks(1);
    default:
        return std::nullopt;
    }
}

FilterTime::Parsed relative(QStringView text, Instant now)
{
    const auto unit = unitOf(text.back());
    const QStringView digits = text.mid(1, text.size() - 2);
    if (!unit || digits.isEmpty() || !std::all_of(digits.begin(), digits.end(), isDigit))
        return {{}, Fault::Form};
    const qint64 number = digits.size() > 18 ? std::numeric_limits<qint64>::max() : digits.toLongLong();
    if (number > (last - first) / *unit)
        return {{}, Fault::Range, true};
    const microseconds distance = *unit * number;
    return span(text.front() == u'-' ? now - distance : now + distance, smallest, true);
}

/// The resolution of RFC 3339 text: a second, or what its fraction says.
microseconds resolution(QStringView text)
{
    microseconds length = seconds(1);
    if (text.size() > 19 && text[19] == u'.') {
        for (qsizetype at = 20; at < text.size() && isDigit(text[at]); ++at)
            length /= 10;
    }
    return std::max(length, smallest);
}

} // namespace

FilterTime::Parsed FilterTime::parse(QStringView text, Instant now)
{
    if (text.compare(QLatin1String("now"), Qt::CaseInsensitive) == 0)
        return span(now, smallest, true);
    if (text.size() >= 2 && (text.front() == u'-' || text.front() == u'+'))
        return relative(text, now);
    const bool isDay = text.size() == 10;
    const QByteArray latin1 = text.toLatin1() + (isDay ? "T00:00:00Z" : "");
    const auto moment = fromRfc3339(latin1);
    if (!moment)
        return {{}, Fault::Form};
    return span(*moment, isDay ? microseconds(days(1)) : resolution(text), false);
}

QString FilterTime::text() const
{
    const QByteArray milliseconds = toRfc3339(from);
    const microseconds length = until - from;
    if (length == days(1) && from == floor<days>(from))
        return QString::fromLatin1(milliseconds.first(10));
    QByteArray text = milliseconds.first(19);
    int digits = 0;
    for (microseconds unit = seconds(1); unit > length && digits < 6; unit /= 10)
        ++digits;
    if (digits > 0) {
        const qint64 fraction = (from - floor<seconds>(from)).count();
        text += '.' + QByteArray::number(fraction).rightJustified(6, '0').first(digits);
    }
    return QString::fromLatin1(text) + u'Z';
}

} // namespace aegis
