#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

namespace aegis {

/// A QR code (ISO/IEC 18004, error correction M, with its quiet zone) as the `data:` address of a PNG, which a page can show
/// as it is. `internal` when the text is too long for one. Any thread.
Result<Secret> qrCodeDataUri(const Secret &text);

} // namespace aegis
