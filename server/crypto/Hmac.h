#pragma once

#include "server/crypto/Digest.h"
#include "shared/text/Secret.h"

namespace aegis {

/// HMAC-SHA-256 (RFC 2104) without an allocation. A key of any length. Any thread.
Sha256 hmacSha256Digest(const Secret &key, QByteArrayView message);

/// The same as bytes that can be sent.
QByteArray hmacSha256(const Secret &key, QByteArrayView message);

/// HMAC-SHA-1: for one-time passwords alone (RFC 4226), where SHA-1's weakness against collisions does no harm. Any thread.
using Sha1 = std::array<unsigned char, 20>;
Sha1 hmacSha1Digest(const Secret &key, QByteArrayView message);

} // namespace aegis
