#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

namespace aegis {

/// A 256-bit key as people write it in a setting: 64 hex digits, or Base64 or base64url of 32 bytes with or without
/// padding. Fails with `validation_failed`; the detail says what would be right and never holds the text.
Result<Secret> parseKey256(QByteArrayView text);

/// A shared secret for HS256 (`JWT_SECRET`): any text of at least 32 bytes, taken as it stands. Fails like parseKey256().
Result<Secret> parseSharedSecret(QByteArrayView text);

} // namespace aegis
