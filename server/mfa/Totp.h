#pragma once

#include "shared/text/Secret.h"
#include "shared/time/Instant.h"

#include <QtCore/QByteArray>

#include <chrono>
#include <cstdint>
#include <optional>

namespace aegis {

/// Time-based one-time passwords (RFC 6238 over RFC 4226) in the form that every authenticator app knows: HMAC-SHA-1, six
/// digits, steps of thirty seconds, secrets of 160 bits. None of these is a setting: apps ignore others. Any thread.
namespace totp {

inline constexpr int digits = 6;
inline constexpr std::chrono::seconds period{30};
inline constexpr int secretBytes = 20; ///< RFC 4226, section 4, R6
inline constexpr int window = 1;       ///< steps before and after the present one that count too: clocks differ (RFC 6238, 5.2)

/// The step that a moment lies in.
std::int64_t stepAt(Instant moment);

/// The code of a counter or step (RFC 4226, section 5.3), with its leading zeros. `digitCount` is 6 to 8.
QByteArray codeOf(const Secret &secret, std::int64_t step, int digitCount = digits);

/// The step of the window around now that the code belongs to; nothing: none. All steps are computed and compared in a time
/// that does not depend on the code. Spaces in the code are passed over.
std::optional<std::int64_t> matchingStep(const Secret &secret, const Secret &code, Instant now);

} // namespace totp

} // namespace aegis
