#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

namespace aegis {

/// A QR code (ISO/IEC 18004, error correction M, with its quiet zone) as the `data:` address of a PNG, which a page can show
/// as it is. It holds 2331 bytes; the longest `otpauth://` address (MFA_ISSUER of 64 characters, of three bytes in UTF-8 each, twice,
/// and an e-mail address of 254) has fewer than 1700. `internal` when the text is too long. Any thread.
Result<Secret> qrCodeDataUri(const Secret &text);

} // namespace aegis
