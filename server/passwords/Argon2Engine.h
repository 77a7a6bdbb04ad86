#pragma once

#include <QtCore/QString>

#include <array>

namespace aegis {

/// Who computes Argon2id. All give the same bytes. Avx512, Avx2 and Portable are Aegis' own forms of it: any memory and passes,
/// any salt and size of hash, but one lane. Libsodium knows only one lane, 16-byte salts and hashes of at least 16 bytes;
/// libargon2 does everything.
enum class Argon2Engine { Avx512, Avx2, Portable, Sodium, Reference };

/// All of them, fastest first: the order in which one takes the place of another.
inline constexpr std::array argon2Engines{Argon2Engine::Avx512, Argon2Engine::Avx2, Argon2Engine::Portable, Argon2Engine::Sodium,
                                          Argon2Engine::Reference};

/// As in the setting ARGON2_ENGINE: `avx512`, `avx2`, `portable`, `libsodium`, `libargon2`.
QString nameOf(Argon2Engine engine);

/// Whether this machine can run it: the processor has the instructions, and the operating system saves their registers.
bool hasArgon2Engine(Argon2Engine engine);

/// The first of them that this machine has.
Argon2Engine fastestArgon2Engine();

} // namespace aegis
