#include "server/passwords/Argon2.h"

#include "server/passwords/argon2id/Argon2id.h"

#include <argon2.h>
#include <sodium.h>

#include <cerrno>

namespace aegis {
namespace {

Problem memoryIsShort()
{
    return Problem(ProblemCode::Overloaded)
        .withRetryAfter(std::chrono::seconds(1))
        .withInternal(QStringLiteral("there is no memory for a password hash"));
}

Problem impossible(const QString &why)
{
    return Problem(ProblemCode::Internal).withInternal(QStringLiteral("Argon2 failed: ") + why);
}

Result<QByteArray> bySodium(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize)
{
    if (!hasArgon2Engine(Argon2Engine::Sodium))
        return impossible(QStringLiteral("libsodium does not start"));

    QByteArray hash(hashSize, Qt::Uninitialized);
    const QByteArrayView bytes = password.isEmpty() ? QByteArrayView("") : password.reveal(); // libsodium wants no null
    errno = 0;
    const int failed = crypto_pwhash_argon2id(reinterpret_cast<unsigned char *>(hash.data()), static_cast<unsigned long long>(hashSize), bytes.data(),
                                              static_cast<unsigned long long>(bytes.size()), reinterpret_cast<const unsigned char *>(salt.data()),
                                              cost.passes, std::size_t(cost.memoryKib) * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
    if (failed == 0)
        return hash;
    if (errno == EINVAL || errno == EFBIG)
        return impossible(QStringLiteral("libsodium refuses the parameters"));
    return memoryIsShort();
}

Result<QByteArray> byReference(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize)
{
    QByteArray hash(hashSize, Qt::Uninitialized);
    const QByteArrayView bytes = password.reveal();
    argon2_context context{};
    context.out = reinterpret_cast<std::uint8_t *>(hash.data());
    context.outlen = static_cast<std::uint32_t>(hashSize);
    context.pwd = reinterpret_cast<std::uint8_t *>(const_cast<char *>(bytes.data())); // read only: no flag to clear it is set
    context.pwdlen = static_cast<std::uint32_t>(bytes.size());
    context.salt = reinterpret_cast<std::uint8_t *>(const_cast<char *>(salt.data()));
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.t_cost = cost.passes;
    context.m_cost = cost.memoryKib;
    context.lanes = cost.lanes;
    context.threads = 1; // the pool decides how many cores hashing gets
    context.version = ARGON2_VERSION_13;
    context.flags = ARGON2_DEFAULT_FLAGS;
    const int code = argon2id_ctx(&context);
    if (code == ARGON2_OK)
        return hash;
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return memoryIsShort();
    return impossible(QString::fromUtf8(argon2_error_message(code)));
}

Result<QByteArray> byOurs(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize, argon2::Fill fill,
                          Argon2Memory &memory)
{
    if (!memory.take(std::size_t(cost.memoryKib) * 1024))
        return memoryIsShort();
    std::optional<QByteArray> hash = argon2::compute(password, salt, cost, hashSize, fill, memory);
    if (!hash)
        return impossible(QStringLiteral("BLAKE2b refuses the parameters"));
    return *std::move(hash);
}

} // namespace

Argon2Engine argon2EngineFor(Argon2Engine wanted, const Argon2Cost &cost, qsizetype saltSize, qsizetype hashSize)
{
    const bool can = cost.lanes == 1
        && (wanted != Argon2Engine::Sodium || (saltSize == crypto_pwhash_argon2id_SALTBYTES && hashSize >= crypto_pwhash_argon2id_BYTES_MIN));
    return can ? wanted : Argon2Engine::Reference;
}

Result<QByteArray> argon2id(const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype hashSize, Argon2Tools tools)
{
    if (!isPossibleCost(cost) || hashSize < 12 || hashSize > 64 || salt.size() < 8 || salt.size() > 64)
        return impossible(QStringLiteral("the parameters are out of bounds"));
    switch (argon2EngineFor(tools.engine, cost, salt.size(), hashSize)) {
#if defined(__x86_64__)
    case Argon2Engine::Avx512:
        return byOurs(password, salt, cost, hashSize, argon2::fillAvx512, tools.memory);
    case Argon2Engine::Avx2:
        return byOurs(password, salt, cost, hashSize, argon2::fillAvx2, tools.memory);
#else
    case Argon2Engine::Avx512:
    case Argon2Engine::Avx2:
#endif
    case Argon2Engine::Portable:
        return byOurs(password, salt, cost, hashSize, argon2::fillPortable, tools.memory);
    case Argon2Engine::Sodium:
        return bySodium(password, salt, cost, hashSize);
    case Argon2Engine::Reference:
        break;
    }
    return byReference(password, salt, cost, hashSize);
}

} // namespace aegis
