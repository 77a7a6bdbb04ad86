#include "server/passwords/Argon2Engine.h"

#include "server/passwords/argon2id/Fill.h"

#include <sodium.h>

#include <algorithm>

namespace aegis {

QString nameOf(Argon2Engine engine)
{
    switch (engine) {
    case Argon2Engine::Avx512:
        return QStringLiteral("avx512");
    case Argon2Engine::Avx2:
        return QStringLiteral("avx2");
    case Argon2Engine::Portable:
        return QStringLiteral("portable");
    case Argon2Engine::Sodium:
        return QStringLiteral("libsodium");
    case Argon2Engine::Reference:
        break;
    }
    return QStringLiteral("libargon2");
}

bool hasArgon2Engine(Argon2Engine engine)
{
    switch (engine) {
#if defined(__x86_64__) // __builtin_cpu_supports() asks both the processor and, by XGETBV, the operating system
    case Argon2Engine::Avx512:
        return __builtin_cpu_supports("avx512f");
    case Argon2Engine::Avx2:
        return __builtin_cpu_supports("avx2");
#else
    case Argon2Engine::Avx512:
    case Argon2Engine::Avx2:
        return false;
#endif
    case Argon2Engine::Portable:
    case Argon2Engine::Reference:
        return true;
    case Argon2Engine::Sodium:
        break;
    }
    static const bool started = sodium_init() >= 0; // also picks the fastest code for this processor
    return started;
}

Argon2Engine fastestArgon2Engine()
{
    static const Argon2Engine fastest = *std::find_if(argon2Engines.begin(), argon2Engines.end(), hasArgon2Engine);
    return fastest;
}

} // namespace aegis
