#include "server/passwords/Argon2Choice.h"

#include "server/crypto/Random.h"

#include <algorithm>
#include <array>

namespace aegis {
namespace {

constexpr qsizetype saltSize = 16;
constexpr qsizetype hashSize = 32;

struct Sample {
    Secret password;
    QByteArray salt;
    Argon2Cost cost;
    QByteArray expected; ///< by libargon2
};

/// A number from `least` to `most`, of sixteen random bits.
std::uint32_t numberOf(const QByteArray &bits, qsizetype at, std::uint32_t least, std::uint32_t most)
{
    const auto byte = [&](qsizetype i) { return std::uint32_t(static_cast<unsigned char>(bits.at(i))); };
    return least + (byte(at) * 256 + byte(at + 1)) % (most - least + 1);
}

/// Memory of all sizes up to a MiB, so that every kind of segment is met, also those with several blocks of addresses.
Result<std::vector<Sample>> makeSamples()
{
    constexpr std::array<std::uint32_t, 6> mostKib{8, 31, 64, 200, 600, 1030};
    std::vector<Sample> samples;
    for (const std::uint32_t most : mostKib) {
        TRY(const QByteArray bits, randomBytes(6));
        Sample sample;
        TRY(sample.password, randomSecret(static_cast<qsizetype>(numberOf(bits, 0, 0, 200))));
        TRY(sample.salt, randomBytes(saltSize));
        sample.cost = {.memoryKib = numberOf(bits, 2, most / 2 + 4, most), .passes = numberOf(bits, 4, 1, 3)};
        Argon2Memory memory;
        TRY(sample.expected, argon2id(sample.password, sample.salt, sample.cost, hashSize, {Argon2Engine::Reference, memory}));
        samples.push_back(std::move(sample));
    }
    return samples;
}

bool isRight(const Argon2Candidate &candidate, const std::vector<Sample> &samples)
{
    return std::all_of(samples.begin(), samples.end(), [&](const Sample &sample) {
        const auto hash = candidate.compute(sample.password, sample.salt, sample.cost, hashSize);
        return hash && *hash == sample.expected;
    });
}

Problem cannotBeUsed(Argon2Engine engine, const QString &why)
{
    const QString must = QStringLiteral("%1: set ARGON2_ENGINE=auto, or another one").arg(why);
    Problem problem(ProblemCode::Internal, QStringLiteral("ARGON2_ENGINE=%1 cannot be used: %2").arg(nameOf(engine), must));
    problem.fields.push_back({QStringLiteral("ARGON2_ENGINE"), FieldCode::SettingValue, must});
    return problem;
}

} // namespace

std::vector<Argon2Candidate> argon2Candidates()
{
    std::vector<Argon2Candidate> candidates;
    for (const Argon2Engine engine : argon2Engines) {
        candidates.push_back(
            {engine, hasArgon2Engine(engine), [engine](const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype size) {
                 Argon2Memory memory;
                 return argon2id(password, salt, cost, size, {engine, memory});
             }});
    }
    return candidates;
}

Result<Argon2Choice> chooseArgon2Engine(std::optional<Argon2Engine> wanted, const std::vector<Argon2Candidate> &candidates)
{
    TRY(const std::vector<Sample> samples, makeSamples());
    Argon2Choice choice;
    std::optional<Argon2Engine> chosen;
    for (const Argon2Candidate &candidate : candidates) {
        if (wanted && candidate.engine != *wanted)
            continue;
        if (!candidate.isHere) {
            if (wanted)
                return cannotBeUsed(*wanted, QStringLiteral("this machine does not have it"));
            continue;
        }
        if (!isRight(candidate, samples)) {
            if (wanted)
                return cannotBeUsed(*wanted, QStringLiteral("here it computes something else than libargon2"));
            choice.failed.push_back(candidate.engine);
        } else if (!chosen) {
            chosen = candidate.engine;
        }
    }
    choice.engine = chosen.value_or(Argon2Engine::Reference);
    return choice;
}

} // namespace aegis
