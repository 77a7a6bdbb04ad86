#pragma once

#include <chrono>

namespace aegis::bench {

/// Who hashes in the bare loop: a packaged library, Aegis' own fastest form, or libargon2 as NativeArgon2 has it.
enum class HashingLibrary { Sodium, Argon2, Own, NativeArgon2 };

/// Argon2id hashes a second with the server's default parameters in a bare loop, one thread on each core, at the niceness of
/// the server's own hashing threads (so that whatever else runs on the machine weighs the same on both).
double rawHashesPerSecond(HashingLibrary library, std::chrono::milliseconds time);

} // namespace aegis::bench
