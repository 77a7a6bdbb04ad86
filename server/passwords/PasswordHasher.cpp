#include "server/passwords/PasswordHasher.h"

#include "server/crypto/ConstantTime.h"
#include "server/crypto/Random.h"
#include "server/passwords/Bcrypt.h"
#include "server/passwords/PasswordText.h"
#include "server/passwords/PhcString.h"

#include <numeric>
#include <thread>

namespace aegis {
namespace {

constexpr qsizetype saltSize = 16; // RFC 9106, 3.1
constexpr qsizetype hashSize = 32;

int coreCount()
{
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Result<QByteArray> argon2Of(const Secret &text, const PhcString &phc, Argon2Tools tools)
{
    return argon2id(text, phc.salt, phc.cost, phc.hash.size(), tools);
}

/// The cost of a comparison with the present parameters, for an answer that is already known.
Result<void> spend(const Secret &text, const PasswordParameters &parameters, Argon2Tools tools)
{
    if (parameters.algorithm == PasswordAlgorithm::Bcrypt) {
        QByteArray decoy = "$2b$" + QByteArray::number(parameters.bcryptRounds).rightJustified(2, '0') + '$' + QByteArray(53, '.');
        CHECK(verifyBcrypt(text, decoy));
        return {};
    }
    TRY(QByteArray salt, randomBytes(saltSize));
    CHECK(argon2Of(text, PhcString{parameters.argon2, std::move(salt), QByteArray(hashSize, '\0')}, tools));
    return {};
}

Result<PasswordVerdict> verifyByBcrypt(const Secret &text, QByteArrayView encoded, int rounds, const PasswordParameters &parameters)
{
    TRY(const bool matches, verifyBcrypt(text, encoded));
    const bool current = parameters.algorithm == PasswordAlgorithm::Bcrypt && rounds == parameters.bcryptRounds;
    return PasswordVerdict{.matches = matches, .needsRehash = matches && !current};
}

Result<PasswordVerdict> verifyByArgon2(const Secret &text, const PhcString &phc, const PasswordParameters &parameters, Argon2Tools tools)
{
    TRY(const QByteArray computed, argon2Of(text, phc, tools));
    const bool matches = constantTimeEquals(computed, phc.hash);
    const bool current = parameters.algorithm == PasswordAlgorithm::Argon2id && phc.cost == parameters.argon2 && phc.salt.size() == saltSize
        && phc.hash.size() == hashSize;
    return PasswordVerdict{.matches = matches, .needsRehash = matches && !current};
}

} // namespace

Result<QByteArray> hashPassword(const Secret &password, const PasswordParameters &parameters, Argon2Tools tools)
{
    TRY(const Secret text, normalizedPassword(password));
    if (parameters.algorithm == PasswordAlgorithm::Bcrypt)
        return makeBcrypt(text, parameters.bcryptRounds);
    PhcString phc;
    phc.cost = parameters.argon2;
    TRY(phc.salt, randomBytes(saltSize));
    TRY(phc.hash, argon2id(text, phc.salt, phc.cost, hashSize, tools));
    return phc.format();
}

Result<PasswordVerdict> verifyPassword(const Secret &password, QByteArrayView encoded, const PasswordParameters &parameters, Argon2Tools tools)
{
    const Result<Secret> text = normalizedPassword(password);
    if (!text) { // nobody's password
        CHECK(spend(Secret(), parameters, tools));
        return PasswordVerdict{};
    }
    // Our own cost is always allowed; that of hashes from elsewhere has bounds.
    const std::optional<int> rounds = bcryptRounds(encoded);
    if (rounds && (isAcceptableBcryptRounds(*rounds) || *rounds == parameters.bcryptRounds))
        return verifyByBcrypt(*text, encoded, *rounds, parameters);
    const std::optional<PhcString> phc = PhcString::parse(encoded);
    if (phc && (isAcceptableCost(phc->cost) || phc->cost == parameters.argon2))
        return verifyByArgon2(*text, *phc, parameters, tools);
    CHECK(spend(*text, parameters, tools));
    return PasswordVerdict{.unusable = true};
}

Result<void> spendPasswordCost(const Secret &password, const PasswordParameters &parameters, Argon2Tools tools)
{
    const Result<Secret> text = normalizedPassword(password);
    return spend(text ? *text : Secret(), parameters, tools);
}

Result<QByteArray> hashPassword(const Secret &password, const PasswordParameters &parameters)
{
    Argon2Memory memory;
    return hashPassword(password, parameters, {fastestArgon2Engine(), memory});
}

Result<PasswordVerdict> verifyPassword(const Secret &password, QByteArrayView encoded, const PasswordParameters &parameters)
{
    Argon2Memory memory;
    return verifyPassword(password, encoded, parameters, {fastestArgon2Engine(), memory});
}

Result<void> spendPasswordCost(const Secret &password, const PasswordParameters &parameters)
{
    Argon2Memory memory;
    return spendPasswordCost(password, parameters, {fastestArgon2Engine(), memory});
}

/// A worker's engine and memory, for one job. What a dearer hash from elsewhere has needed is not kept.
class PasswordHasher::Tools {
public:
    Tools(PasswordHasher &hasher, int worker) : m_hasher(hasher), m_memory(hasher.m_memories[static_cast<std::size_t>(worker)]) {}
    ~Tools()
    {
        if (m_memory.size() > m_hasher.m_keptSize)
            m_memory.giveBack();
    }
    Tools(const Tools &) = delete;
    Tools &operator=(const Tools &) = delete;

    operator Argon2Tools() { return {m_hasher.m_engine, m_memory}; } // NOLINT(google-explicit-constructor)

private:
    const PasswordHasher &m_hasher;
    Argon2Memory &m_memory;
};

PasswordHasher::PasswordHasher(Options options) :
    m_parameters(options.parameters), m_engine(options.engine),
    m_keptSize(Argon2Memory::sizeFor(std::size_t(options.parameters.argon2.memoryKib) * 1024)),
    m_memories(static_cast<std::size_t>(options.threads > 0 ? options.threads : coreCount())),
    m_pool({.name = "hash",
            .threads = static_cast<int>(m_memories.size()),
            .capacity = options.capacity,
            .nice = options.nice,
            .idleAfter = options.memoryIdle,
            .idle = [this](int worker) { m_memories[static_cast<std::size_t>(worker)].giveBack(); }})
{
}

PasswordHasher::~PasswordHasher() = default;

std::size_t PasswordHasher::keptMemory() const
{
    return std::accumulate(m_memories.begin(), m_memories.end(), std::size_t(0),
                           [](std::size_t sum, const Argon2Memory &memory) { return sum + memory.size(); });
}

Task<Result<QByteArray>> PasswordHasher::hash(Secret password, Deadline deadline)
{
    auto result = co_await m_pool.run<QByteArray>([&](int worker) { return hashPassword(password, m_parameters, Tools(*this, worker)); }, deadline);
    co_return result;
}

Task<Result<QByteArray>> PasswordHasher::hashNew(Secret password, const PasswordPolicy &policy, PasswordIdentity identity, Deadline deadline)
{
    auto result = co_await m_pool.run<QByteArray>(
        [&](int worker) -> Result<QByteArray> {
            CHECK(policy.check(password, identity));
            return hashPassword(password, m_parameters, Tools(*this, worker));
        },
        deadline);
    co_return result;
}

Task<Result<PasswordVerdict>> PasswordHasher::verify(Secret password, QByteArray encoded, Deadline deadline)
{
    auto result = co_await m_pool.run<PasswordVerdict>(
        [&](int worker) { return verifyPassword(password, encoded, m_parameters, Tools(*this, worker)); }, deadline);
    co_return result;
}

Task<Result<void>> PasswordHasher::verifyDecoy(Secret password, PasswordParameters cost, Deadline deadline)
{
    auto result = co_await m_pool.run<void>([&](int worker) { return spendPasswordCost(password, cost, Tools(*this, worker)); }, deadline);
    co_return result;
}

} // namespace aegis
