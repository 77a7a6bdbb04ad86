#pragma once

#include "shared/time/Instant.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QUuid>

#include <array>
#include <optional>

namespace aegis {

/// The 36 characters of RFC 9562, section 4, lower case, without braces. Each request writes several.
using UuidCharacters = std::array<char, 36>;
UuidCharacters uuidCharacters(const QUuid &uuid);
QByteArray uuidText(const QUuid &uuid);

/// Reads exactly the 36-character form, either case; nothing for braces, URNs or anything else.
std::optional<QUuid> parseUuid(QByteArrayView text);

/// A new UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then a counter that makes the ids of one
/// process strictly increasing (method 1 of section 6.2), then random bits. A clock that was set back by more than a second is
/// followed. Thread-safe.
QUuid makeUuid7(Instant now);

/// The millisecond that a UUID of version 7 was made in; nothing for other versions.
std::optional<Instant> uuid7Time(const QUuid &uuid);

} // namespace aegis
