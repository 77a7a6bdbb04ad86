#pragma once

#include <cstdint>
#include <span>

namespace aegis::bench {

/// libargon2's own source, compiled for this very processor (native-argon2.sh), with memory that each thread keeps. Any thread.
class NativeArgon2 {
public:
    /// Whether the build has it.
    static bool isHere();
    /// Argon2id with one lane; false when it fails.
    static bool hash(std::span<const char> password, std::span<const unsigned char> salt, std::uint32_t memoryKib, std::uint32_t passes,
                     std::span<unsigned char> hash);
};

} // namespace aegis::bench
