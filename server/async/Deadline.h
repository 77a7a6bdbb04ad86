#pragma once

#include <QtCore/QtGlobal> // first, or moc 6.4 does not get through <chrono>

#include <chrono>

namespace aegis {

/// Until when somebody waits for what is asked for. By the steady clock, for it is a duration that counts and not the date.
using Deadline = std::chrono::steady_clock::time_point;

/// Somebody waits for as long as it takes.
inline constexpr Deadline noDeadline = Deadline::max();

} // namespace aegis
