#pragma once

#include "server/passwords/Argon2Choice.h"
#include "server/passwords/PasswordParameters.h"
#include "shared/result/Result.h"

#include <chrono>
#include <vector>

namespace aegis {

/// How long hashing takes on this machine, and what it could afford.
struct Calibration {
    struct Measurement {
        Argon2Cost cost;
        std::chrono::microseconds time{}; ///< the best of three, on one core
    };
    struct EngineMeasurement {
        Argon2Engine engine = Argon2Engine::Reference;
        std::chrono::microseconds time{}; ///< of a hash with the default cost, the best of three
    };
    struct BcryptMeasurement {
        int rounds = 0;
        std::chrono::microseconds time{};
    };

    Argon2Choice choice;                    ///< who computes Argon2id with ARGON2_ENGINE=auto
    std::vector<EngineMeasurement> engines; ///< all that this machine has, side by side
    std::vector<Measurement> argon2;        ///< what was tried, cheapest first
    std::vector<BcryptMeasurement> bcrypt;  ///< the same for bcrypt
    Argon2Cost proposedArgon2;              ///< the dearest that stays within the target; never below the default
    int proposedBcryptRounds = 12;          ///< the same; never below the default
    int cores = 1;                          ///< hashes that can run at the same time
    bool defaultFitsTarget = true;          ///< false: a default takes longer than the target here
};

/// Measures, in the calling thread, for a second or two. Memory stays under `memoryLimitKib` a hash. Fails with
/// `overloaded` when the memory is not to be had.
Result<Calibration> calibrate(std::chrono::milliseconds target, std::uint32_t memoryLimitKib = 256 * 1024);

} // namespace aegis
