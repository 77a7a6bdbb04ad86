#pragma once

#include "server/passwords/PasswordParameters.h"
#include "shared/result/Result.h"
#include "shared/text/Secret.h"

namespace aegis {

/// Which library computes. They give the same bytes; libsodium is faster but knows only one lane, 16-byte salts and hashes
/// of at least 16 bytes.
enum class Argon2Library { Sodium, Reference };

/// The faster library that can do it.
Argon2Library argon2LibraryFor(const Argon2Cost &cost, qsizetype saltSize, qsizetype hashSize);

/// Argon2id (RFC 9106) in the calling thread alone, whatever the lanes. Takes milliseconds: on a worker only.
/// Memory that is not to be had gives `overloaded`, an impossible cost `internal`.
Result<QByteArray> argon2id(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize, Argon2Library library);

} // namespace aegis
