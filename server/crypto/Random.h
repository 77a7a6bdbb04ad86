#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>

#include <span>

namespace aegis {

/// Fills the bytes from OpenSSL's generator, which the kernel seeds (NIST SP 800-90A). Any thread.
/// Fails with `internal` when there is no entropy; then nothing may be made from the bytes.
Result<void> fillRandom(std::span<unsigned char> bytes);

/// That many unpredictable bytes for what is public: salts, nonces, identifiers.
Result<QByteArray> randomBytes(qsizetype count);

/// That many unpredictable bytes for what is not: keys and tokens.
Result<Secret> randomSecret(qsizetype count);

} // namespace aegis
