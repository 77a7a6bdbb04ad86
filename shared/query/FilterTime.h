#pragma once

#include "shared/time/Instant.h"

#include <QtCore/QString>
#include <QtCore/QStringView>

#include <optional>

namespace aegis {

/// A time as people write it, which is a span as long as what they left open: `2026-11-30` is that whole day in UTC,
/// `2026-11-30T10:00:00Z` one second, `...:00.123Z` a millisecond. So what an answer showed is found again, although the database
/// keeps microseconds. `x < t` means before it begins, `x > t` after it has ended, `x <= t` and `x >= t` take the span in.
struct FilterTime {
    Instant from;  ///< the first moment
    Instant until; ///< the first moment behind it, at least a microsecond later

    enum class Fault {
        None,
        Form,  ///< it is no time
        Range, ///< before the year 1 or after the year 9999
    };
    struct Parsed;

    /// Reads a date, RFC 3339, `now`, and times from now: `-24h`, `+7d` with s, m, h, d or w.
    static Parsed parse(QStringView text, Instant now);

    /// As short as it can be said: `2026-11-30`, else RFC 3339 in UTC.
    QString text() const;

    friend bool operator==(const FilterTime &, const FilterTime &) = default;
};

/// What came of reading a time.
struct FilterTime::Parsed {
    FilterTime time{};
    Fault fault = Fault::None;
    bool isRelative = false; ///< `now`, or a time from now: a moment, which nothing is likely to be equal to
};

} // namespace aegis
