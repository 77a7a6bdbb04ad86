#pragma once

#include "server/passwords/Argon2Engine.h"
#include "server/passwords/Argon2Memory.h"
#include "server/passwords/PasswordParameters.h"
#include "shared/result/Result.h"
#include "shared/text/Secret.h"

namespace aegis {

/// With what a thread computes Argon2id.
struct Argon2Tools {
    Argon2Engine engine; ///< one that this machine has; what it does not know libargon2 does
    Argon2Memory &memory;
};

/// Who computes this when `wanted` is to: libargon2 when `wanted` does not know such parameters.
Argon2Engine argon2EngineFor(Argon2Engine wanted, const Argon2Cost &cost, qsizetype saltSize, qsizetype hashSize);

/// Argon2id (RFC 9106) in the calling thread alone, whatever the lanes. Takes milliseconds: on a worker only.
/// Memory that is not to be had gives `overloaded`, an impossible cost `internal`.
Result<QByteArray> argon2id(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize, Argon2Tools tools);

} // namespace aegis
