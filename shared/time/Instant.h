#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <chrono>
#include <optional>

namespace aegis {

/// A moment in UTC with the resolution of PostgreSQL's timestamptz, one microsecond.
using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// The present moment by the system's clock. Only the edge of the server asks; all else is handed `now`.
Instant systemNow();

/// `2026-11-22T07:30:00.123Z`: RFC 3339 in UTC with milliseconds, as on the wire.
QByteArray toRfc3339(Instant instant);

/// Reads RFC 3339 with `Z` or an offset and up to six fractional digits; nothing for anything else.
std::optional<Instant> fromRfc3339(QByteArrayView text);

/// Whole seconds since 1970 (RFC 7519, NumericDate).
std::int64_t toUnixSeconds(Instant instant);
Instant fromUnixSeconds(std::int64_t seconds);

} // namespace aegis
