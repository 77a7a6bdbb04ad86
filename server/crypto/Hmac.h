#pragma once

#include "server/crypto/Digest.h"
#include "shared/text/Secret.h"

namespace aegis {

/// HMAC-SHA-256 (RFC 2104) without an allocation. A key of any length. Any thread.
Sha256 hmacSha256Digest(const Secret &key, QByteArrayView message);

/// The same as bytes that can be sent.
QByteArray hmacSha256(const Secret &key, QByteArrayView message);

} // namespace aegis
