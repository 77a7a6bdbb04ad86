#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>

#include <optional>

namespace aegis {

/// bcrypt looks at 72 bytes of a password and no further.
inline constexpr qsizetype bcryptPasswordLimit = 72;

/// Whether the text is a well-formed `$2a$`, `$2b$` or `$2y$` hash, and with which cost (log2 of the iterations, 4 to 31).
std::optional<int> bcryptRounds(QByteArrayView encoded);

/// A new `$2b$` hash with a random salt. Refuses (`validation_failed`, field `password`) what bcrypt would silently
/// cut short: more than 72 bytes (`password_too_long`), or a NUL (`password_invalid`). Takes long: on a worker only.
Result<QByteArray> makeBcrypt(const Secret &password, int rounds);

/// Whether the password has that well-formed hash. Hashes made elsewhere saw the first 72 bytes of longer passwords, so no
/// more of them is compared; a password with a NUL never matches, at the same cost. Takes long: on a worker only.
Result<bool> verifyBcrypt(const Secret &password, QByteArrayView encoded);

} // namespace aegis
