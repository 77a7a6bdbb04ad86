#pragma once

#include "server/passwords/Argon2Memory.h"
#include "server/passwords/PasswordParameters.h"
#include "server/passwords/argon2id/Fill.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>

#include <optional>

namespace aegis::argon2 {

/// Aegis' own Argon2id, version 0x13, of RFC 9106: one lane, no secret and no associated data (`cost.lanes` is 1; memory from
/// 8 KiB; a hash of 4 to 64 bytes). H_0, H' and BLAKE2b are here (3.2 to 3.4, 3.3), what a block is computed from in
/// FillLoop.h (3.4), the compression function G and the permutation P in each form (3.5, 3.6).
///
/// Which memory is read, and when, depends on the password as Argon2id itself has it, from the second half of the first
/// pass on; nothing else does. The memory, the stack and the registers are wiped at the end, as far as the compiler
/// lets one.
///
/// `memory` must have room for cost.memoryKib, see Argon2Memory::take(). Nothing when libsodium's BLAKE2b refuses.
std::optional<QByteArray> compute(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize, Fill fill,
                                  Argon2Memory &memory);

} // namespace aegis::argon2
