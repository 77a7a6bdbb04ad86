#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>

namespace aegis {

/// AES-256-GCM (NIST SP 800-38D) under a key of 32 bytes and a nonce of 12 that is never used twice with one key. Any thread.
/// Gives the ciphertext followed by the tag of 16 bytes. Fails with `internal`.
Result<QByteArray> encryptAes256Gcm(const Secret &key, QByteArrayView nonce, QByteArrayView plain, QByteArrayView associatedData);

/// Fails with `internal` when anything differs from what was encrypted.
Result<Secret> decryptAes256Gcm(const Secret &key, QByteArrayView nonce, QByteArrayView cipherAndTag, QByteArrayView associatedData);

} // namespace aegis
