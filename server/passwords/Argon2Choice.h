#pragma once

#include "server/passwords/Argon2.h"

#include <functional>
#include <optional>
#include <vector>

namespace aegis {

/// Who computes Argon2id in this process.
struct Argon2Choice {
    Argon2Engine engine = Argon2Engine::Reference;
    std::vector<Argon2Engine> failed = {}; ///< this machine has them, but they computed something else than libargon2
};

/// An engine that may be chosen: `compute` is argon2id() with it.
struct Argon2Candidate {
    Argon2Engine engine;
    bool isHere; ///< see hasArgon2Engine()
    std::function<Result<QByteArray>(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize)> compute;
};

/// All of them, fastest first.
std::vector<Argon2Candidate> argon2Candidates();

/// Holds each candidate that this machine has against libargon2, on random inputs, and takes the first that gives the same; or
/// `wanted` alone, when it is set. A wanted one that this machine lacks, or that fails, is a problem of the setting
/// ARGON2_ENGINE. Takes some milliseconds, and a few MiB for so long.
Result<Argon2Choice> chooseArgon2Engine(std::optional<Argon2Engine> wanted, const std::vector<Argon2Candidate> &candidates = argon2Candidates());

} // namespace aegis
