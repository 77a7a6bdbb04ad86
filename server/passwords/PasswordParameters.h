#pragma once

#include <cstdint>

namespace aegis {

enum class PasswordAlgorithm { Argon2id, Bcrypt };

/// What an Argon2id hash costs (RFC 9106, 3.1).
struct Argon2Cost {
    std::uint32_t memoryKib = 19456; ///< `m`, in KiB; the default is OWASP's: 19 MiB and two passes
    std::uint32_t passes = 2;        ///< `t`
    std::uint32_t lanes = 1;         ///< `p`

    friend bool operator==(const Argon2Cost &, const Argon2Cost &) = default;
};

/// How new passwords are hashed.
struct PasswordParameters {
    PasswordAlgorithm algorithm = PasswordAlgorithm::Argon2id;
    Argon2Cost argon2 = {};
    int bcryptRounds = 12; ///< log2 of the iterations

    friend bool operator==(const PasswordParameters &, const PasswordParameters &) = default;
};

/// The costs that hashes from elsewhere may have. A stored hash with an absurd cost would be a way to stop the server.
bool isAcceptableCost(const Argon2Cost &cost); ///< m 8 to 512 MiB, t 1 to 10, p 1 to 16, and at least 8 KiB a lane
bool isAcceptableBcryptRounds(int rounds);     ///< 10 to 16

/// The costs with which the algorithms work at all.
bool isPossibleCost(const Argon2Cost &cost); ///< within isAcceptableCost()'s upper bounds, but from m = 8 KiB a lane
bool isPossibleBcryptRounds(int rounds);     ///< 4 to 16

} // namespace aegis
