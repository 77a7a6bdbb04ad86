#pragma once

#include "shared/result/Result.h"
#include "shared/time/Instant.h"

#include <cstdint>
#include <optional>

namespace aegis {

/// When something is done again and again, as crontab(5) has it: minute, hour, day of the month, month, day of the week; or one of
/// `@hourly @daily @weekly @monthly`. A field is `*`, numbers, names (`jan`, `mon`; in either case), ranges (`1-5`), steps of a range
/// (`*/15`, `8-18/2`) and lists of these. The days of the week are 0 to 7, Sunday being both ends.
///
/// When both kinds of day are restricted, one of the two is enough; a field that begins with `*` does not restrict, as in Vixie's
/// cron: `*/2` and a day of the week must both fit. Times are UTC, so no day has a minute twice or lacks one. A value type.
class CronExpression {
public:
    /// `validation_failed`, with a sentence that names the field (`hour: ...`) as its detail.
    static Result<CronExpression> parse(const QString &text);

    /// The first minute after that moment that it speaks of; nothing when there is none within four years (`0 0 30 2 *`).
    std::optional<Instant> next(Instant after) const;
    /// Whether it speaks of the minute in which that moment is.
    bool matches(Instant moment) const;

    /// As it was written, with one space between the fields.
    const QString &text() const { return m_text; }

private:
    CronExpression() = default;
    bool isDay(std::chrono::year_month_day day, std::chrono::sys_days sameDay) const;

    QString m_text;
    std::uint64_t m_minutes = 0; // bit n: the minute n; likewise the others
    std::uint64_t m_hours = 0;
    std::uint64_t m_days = 0;
    std::uint64_t m_months = 0;
    std::uint64_t m_weekdays = 0; // 0: Sunday; 7 is not used
    bool m_anyDay = false;        // the day of the month begins with `*`
    bool m_anyWeekday = false;
};

} // namespace aegis
