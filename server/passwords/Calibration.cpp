#include "server/passwords/Calibration.h"

#include "server/passwords/Argon2.h"
#include "server/passwords/Bcrypt.h"

#include <algorithm>
#include <thread>

namespace aegis {
namespace {

using namespace std::chrono;

const Secret &samplePassword()
{
    static const Secret password(QByteArrayView("a password of a usual length"));
    return password;
}

/// The best of three.
Result<microseconds> timeOf(const Argon2Cost &cost, Argon2Tools tools)
{
    const QByteArray salt(16, 's');
    microseconds best = microseconds::max();
    for (int round = 0; round < 3; ++round) {
        const auto start = steady_clock::now();
        TRY(const QByteArray hash, argon2id(samplePassword(), salt, cost, 32, tools));
        best = std::min(best, duration_cast<microseconds>(steady_clock::now() - start));
    }
    return best;
}

/// Cheapest first: more memory as long as there is some (it is what hurts an attacker's hardware most), then more passes.
std::vector<Argon2Cost> ladder(std::uint32_t memoryLimitKib)
{
    std::vector<Argon2Cost> costs{Argon2Cost{}};
    for (std::uint32_t memory = 32 * 1024; memory <= std::min(memoryLimitKib, 512U * 1024U); memory *= 2)
        costs.push_back({.memoryKib = memory});
    for (std::uint32_t passes = 3; passes <= 10; ++passes)
        costs.push_back({.memoryKib = costs.back().memoryKib, .passes = passes});
    return costs;
}

Result<void> compareEngines(Calibration &calibration)
{
    Argon2Memory memory;
    for (const Argon2Engine engine : argon2Engines) {
        if (hasArgon2Engine(engine)) {
            TRY(const microseconds time, timeOf(Argon2Cost{}, {engine, memory}));
            calibration.engines.push_back({engine, time});
        }
    }
    return {};
}

Result<void> calibrateArgon2(Calibration &calibration, microseconds target, std::uint32_t memoryLimitKib)
{
    Argon2Memory memory;
    for (const Argon2Cost &cost : ladder(memoryLimitKib)) {
        TRY(const microseconds time, timeOf(cost, {calibration.choice.engine, memory}));
        calibration.argon2.push_back({cost, time});
        if (time > target)
            break;
        calibration.proposedArgon2 = cost;
    }
    calibration.defaultFitsTarget = calibration.argon2.front().time <= target;
    return {};
}

Result<void> calibrateBcrypt(Calibration &calibration, microseconds target)
{
    const int fallback = PasswordParameters{}.bcryptRounds;
    calibration.proposedBcryptRounds = fallback;
    for (int rounds = 10; rounds <= 16; ++rounds) {
        const auto start = steady_clock::now();
        TRY(const QByteArray hash, makeBcrypt(samplePassword(), rounds));
        const auto time = duration_cast<microseconds>(steady_clock::now() - start);
        calibration.bcrypt.push_back({rounds, time});
        calibration.defaultFitsTarget = calibration.defaultFitsTarget && (time <= target || rounds > fallback);
        if (time > target && rounds >= fallback)
            break;
        calibration.proposedBcryptRounds = std::max(rounds, fallback);
    }
    return {};
}

} // namespace

Result<Calibration> calibrate(milliseconds target, std::uint32_t memoryLimitKib)
{
    Calibration calibration;
    calibration.cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    TRY(calibration.choice, chooseArgon2Engine({}));
    CHECK(compareEngines(calibration));
    CHECK(calibrateArgon2(calibration, target, memoryLimitKib));
    CHECK(calibrateBcrypt(calibration, target));
    return calibration;
}

} // namespace aegis
