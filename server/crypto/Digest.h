#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <array>

namespace aegis {

/// The 32 bytes of a SHA-256.
using Sha256 = std::array<unsigned char, 32>;

/// SHA-256 (FIPS 180-4) without an allocation, for what is done on every request. Any thread.
Sha256 sha256Digest(QByteArrayView bytes);

/// The same as bytes that can be stored.
QByteArray sha256(QByteArrayView bytes);

} // namespace aegis
