// Read by files that are compiled for other processors than the rest: it must not hold, nor include, any inline function.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aegis::argon2 {

constexpr std::size_t blockWords = 128; ///< of 64 bits: a block is 1 KiB
constexpr std::size_t blockBytes = 1024;

/// Fills the memory of one lane (RFC 9106, 3.2, steps 5 and 6 with p = 1, Argon2id): `blocks` of 128 words, the first two of
/// which have been made from H_0. `blocks` is m', a multiple of 4 and at least 8. When it returns, the last block holds the
/// result; what the others hold, and in which order of words, is the form's own affair. `memory` is aligned to 64 bytes.
using Fill = void (*)(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes);

/// For any processor.
void fillPortable(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes);
/// For x86-64 with AVX2 and AVX-512F. Only there, and only when the processor has it: see hasForm().
void fillAvx2(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes);
void fillAvx512(std::uint64_t *memory, std::uint32_t blocks, std::uint32_t passes);

} // namespace aegis::argon2
