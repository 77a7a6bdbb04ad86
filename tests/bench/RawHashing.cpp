#include "tests/bench/RawHashing.h"

#include "server/passwords/Argon2.h"
#include "tests/bench/AegisServer.h"
#include "tests/bench/BenchmarkFailed.h"
#include "tests/bench/NativeArgon2.h"

#include <argon2.h>
#include <sodium.h>
#include <sys/resource.h>

#include <array>
#include <thread>
#include <vector>

namespace aegis::bench {
namespace {

using Clock = std::chrono::steady_clock;

// ARGON2_MEMORY_KIB, ARGON2_ITERATIONS and HASH_NICE as `aegisd --help-config` tells them.
constexpr std::uint32_t memoryKib = 19'456;
constexpr std::uint32_t passes = 2;
constexpr int niceness = 10;

bool hashOnce(HashingLibrary library, Argon2Memory &memory)
{
    const QByteArrayView password(AegisServer::password);
    const std::array<unsigned char, 16> salt{1, 2, 3};
    std::array<unsigned char, 32> hash{};
    if (library == HashingLibrary::Own)
        return argon2id(Secret(password), QByteArrayView(salt), {.memoryKib = memoryKib, .passes = passes}, qsizetype(hash.size()),
                        {fastestArgon2Engine(), memory})
            .ok();
    if (library == HashingLibrary::NativeArgon2)
        return NativeArgon2::hash({password.data(), static_cast<std::size_t>(password.size())}, salt, memoryKib, passes, hash);
    if (library == HashingLibrary::Argon2)
        return argon2id_hash_raw(passes, memoryKib, 1, password.data(), static_cast<std::size_t>(password.size()), salt.data(), salt.size(),
                                 hash.data(), hash.size())
            == ARGON2_OK;
    return crypto_pwhash_argon2id(hash.data(), hash.size(), password.data(), static_cast<unsigned long long>(password.size()), salt.data(), passes,
                                  std::size_t(memoryKib) * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13)
        == 0;
}

} // namespace

double rawHashesPerSecond(HashingLibrary library, std::chrono::milliseconds time)
{
    if (sodium_init() < 0)
        throw BenchmarkFailed(QStringLiteral("libsodium does not start"));
    // Each thread's own rate, to the end of its last hash: what the clock cuts off would be a percent.
    std::vector<double> rates(std::max(1U, std::thread::hardware_concurrency()));
    std::vector<std::thread> threads;
    for (double &rate : rates) {
        threads.emplace_back([&rate, library, time] {
            ::setpriority(PRIO_PROCESS, 0, niceness); // on Linux: of this thread alone
            Argon2Memory memory;
            const Clock::time_point begin = Clock::now();
            int count = 0;
            while (Clock::now() < begin + time && hashOnce(library, memory))
                ++count;
            rate = count / std::chrono::duration<double>(Clock::now() - begin).count();
        });
    }
    double sum = 0;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        threads[i].join();
        sum += rates[i];
    }
    if (sum <= 0)
        throw BenchmarkFailed(QStringLiteral("a hash cannot be computed"));
    return sum;
}

} // namespace aegis::bench
