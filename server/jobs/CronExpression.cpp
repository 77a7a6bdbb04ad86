#include "server/jobs/CronExpression.h"

#include <QtCore/QStringList>

#include <array>
#include <bit>

namespace aegis {
namespace {

using namespace std::chrono;

constexpr qsizetype longest = 200; ///< as the table has it
constexpr days horizon(4 * 365 + 1);

struct FieldRule {
    const char *name;
    int least;
    int most;
    std::span<const char *const> names; ///< of the values from `least` on
};

constexpr std::array monthNames{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array weekdayNames{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<FieldRule, 5> rules{
    FieldRule{"minute", 0, 59, {}},
    FieldRule{"hour", 0, 23, {}},
    FieldRule{"day of the month", 1, 31, {}},
    FieldRule{"month", 1, 12, monthNames},
    FieldRule{"day of the week", 0, 7, weekdayNames},
};

Problem wrong(const QString &what)
{
    return Problem(ProblemCode::ValidationFailed, what);
}

Problem wrong(const FieldRule &rule, const QString &what)
{
    return wrong(QStringLiteral("%1: %2").arg(QLatin1String(rule.name), what));
}

Result<int> valueOf(const QString &text, const FieldRule &rule)
{
    for (std::size_t i = 0; i < rule.names.size(); ++i) {
        if (text.compare(QLatin1String(rule.names[i]), Qt::CaseInsensitive) == 0)
            return rule.least + static_cast<int>(i);
    }
    const bool isNumber = !text.isEmpty() && text.size() <= 4
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= QLatin1Char('0') && c <= QLatin1Char('9'); });
    if (!isNumber)
        return wrong(rule, text.isEmpty() ? QStringLiteral("a value is missing") : QStringLiteral("'%1' is no value of it").arg(text.left(20)));
    const int value = text.toInt();
    if (value < rule.least || value > rule.most)
        return wrong(rule,
                     QStringLiteral("%1 is not from %2 to %3").arg(QString::number(value), QString::number(rule.least), QString::number(rule.most)));
    return value;
}

/// One element of a list: `*`, `5`, `mon-fri`, `*/15`.
Result<std::uint64_t> elementOf(const QString &text, const FieldRule &rule)
{
    const qsizetype slash = text.indexOf(u'/');
    const QString range = slash < 0 ? text : text.left(slash);
    int first = rule.least, last = rule.most, step = 1;
    const qsizetype dash = range.indexOf(u'-');
    if (range != QLatin1String("*")) {
        TRY(first, valueOf(dash < 0 ? range : range.left(dash), rule));
        last = first;
        if (dash >= 0) {
            TRY(last, valueOf(range.mid(dash + 1), rule));
            if (last == 0 && rule.most == 7)
                last = 7; // Sunday ends the week as well
        }
        if (last < first)
            return wrong(rule, QStringLiteral("the range %1 ends before it begins").arg(range.left(20)));
        if (slash >= 0 && dash < 0)
            return wrong(rule, QStringLiteral("a step needs a range or *, as in 0-30/10"));
    }
    if (slash >= 0) {
        bool isNumber = false;
        step = text.mid(slash + 1).toInt(&isNumber);
        if (!isNumber || step < 1 || step > rule.most)
            return wrong(rule, QStringLiteral("a step is from 1 to %1").arg(rule.most));
    }
    std::uint64_t bits = 0;
    for (int value = first; value <= last; value += step)
        bits |= std::uint64_t(1) << value;
    return bits;
}

Result<std::uint64_t> fieldOf(const QString &text, const FieldRule &rule)
{
    std::uint64_t bits = 0;
    for (const QString &element : text.split(u',')) {
        TRY(const std::uint64_t more, elementOf(element, rule));
        bits |= more;
    }
    return bits;
}

/// What a nickname stands for; empty: there is no such one.
QString longForm(const QString &nickname)
{
    if (nickname.compare(QLatin1String("@hourly"), Qt::CaseInsensitive) == 0)
        return QStringLiteral("0 * * * *");
    if (nickname.compare(QLatin1String("@daily"), Qt::CaseInsensitive) == 0)
        return QStringLiteral("0 0 * * *");
    if (nickname.compare(QLatin1String("@weekly"), Qt::CaseInsensitive) == 0)
        return QStringLiteral("0 0 * * 0");
    if (nickname.compare(QLatin1String("@monthly"), Qt::CaseInsensitive) == 0)
        return QStringLiteral("0 0 1 * *");
    return {};
}

bool has(std::uint64_t bits, unsigned place)
{
    return (bits >> place & 1) != 0;
}

} // namespace

Result<CronExpression> CronExpression::parse(const QString &text)
{
    if (text.size() > longest)
        return wrong(QStringLiteral("it is longer than %1 characters").arg(longest));
    CronExpression parsed;
    parsed.m_text = text.simplified();
    QString written = parsed.m_text;
    if (written.startsWith(u'@')) {
        written = longForm(written);
        if (written.isEmpty())
            return wrong(QStringLiteral("it begins with @, and is none of @hourly, @daily, @weekly, @monthly"));
    }
    const QStringList fields = written.split(u' ', Qt::SkipEmptyParts);
    if (fields.size() != static_cast<qsizetype>(rules.size())) {
        return wrong(QStringLiteral("it has %1 fields instead of five: minute, hour, day of the month, month, day of the week").arg(fields.size()));
    }
    TRY(parsed.m_minutes, fieldOf(fields[0], rules[0]));
    TRY(parsed.m_hours, fieldOf(fields[1], rules[1]));
    TRY(parsed.m_days, fieldOf(fields[2], rules[2]));
    TRY(parsed.m_months, fieldOf(fields[3], rules[3]));
    TRY(parsed.m_weekdays, fieldOf(fields[4], rules[4]));
    parsed.m_weekdays = (parsed.m_weekdays | parsed.m_weekdays >> 7) & 0x7f;
    parsed.m_anyDay = fields[2].startsWith(u'*');
    parsed.m_anyWeekday = fields[4].startsWith(u'*');
    return parsed;
}

bool CronExpression::isDay(year_month_day day, sys_days sameDay) const
{
    if (!has(m_months, unsigned(day.month())))
        return false;
    const bool fits = has(m_days, unsigned(day.day()));
    const bool weekdayFits = has(m_weekdays, weekday(sameDay).c_encoding());
    return m_anyDay || m_anyWeekday ? fits && weekdayFits : fits || weekdayFits;
}

bool CronExpression::matches(Instant moment) const
{
    const auto minute = floor<minutes>(moment);
    const sys_days day = floor<days>(minute);
    const auto ofDay = static_cast<unsigned>((minute - day).count());
    return isDay(day, day) && has(m_hours, ofDay / 60) && has(m_minutes, ofDay % 60);
}

std::optional<Instant> CronExpression::next(Instant after) const
{
    const auto from = floor<minutes>(after) + minutes(1);
    const sys_days firstDay = floor<days>(from);
    for (sys_days day = firstDay; day <= firstDay + horizon; day += days(1)) {
        const year_month_day date(day);
        if (!has(m_months, unsigned(date.month()))) {
            day = sys_days(date.year() / date.month() / last); // the rest of the month does not fit either
            continue;
        }
        if (!isDay(date, day))
            continue;
        const auto begin = day == firstDay ? static_cast<unsigned>((from - day).count()) : 0U;
        for (unsigned hour = begin / 60; hour < 24; ++hour) {
            if (!has(m_hours, hour))
                continue;
            const unsigned least = hour == begin / 60 ? begin % 60 : 0;
            const std::uint64_t left = m_minutes >> least;
            if (left != 0) {
                const Instant found = day + hours(hour) + minutes(least + static_cast<unsigned>(std::countr_zero(left)));
                return found <= after + horizon ? std::optional(found) : std::nullopt;
            }
        }
    }
    return std::nullopt;
}

} // namespace aegis
