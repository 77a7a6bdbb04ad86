#include "server/passwords/PasswordHasher.h"

#include "server/crypto/ConstantTime.h"
#include "server/crypto/Random.h"
#include "server/passwords/Argon2.h"
#include "server/passwords/Bcrypt.h"
#include "server/passwords/PasswordText.h"
#include "server/passwords/PhcString.h"

#include <thread>

namespace aegis {
namespace {

constexpr qsizetype saltSize = 16; // RFC 9106, 3.1
constexpr qsizetype hashSize = 32;

int coreCount()
{
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

Result<QByteArray> argon2Of(const Secret &text, const PhcString &phc)
{
    return argon2id(text, phc.salt, phc.cost, phc.hash.size(), argon2LibraryFor(phc.cost, phc.salt.size(), phc.hash.size()));
}

/// The cost of a comparison with the present parameters, for an answer that is already known.
Result<void> spend(const Secret &text, const PasswordParameters &parameters)
{
    if (parameters.algorithm == PasswordAlgorithm::Bcrypt) {
        QByteArray decoy = "$2b$" + QByteArray::number(parameters.bcryptRounds).rightJustified(2, '0') + '$' + QByteArray(53, '.');
        CHECK(verifyBcrypt(text, decoy));
        return {};
    }
    TRY(QByteArray salt, randomBytes(saltSize));
    CHECK(argon2Of(text, PhcString{parameters.argon2, std::move(salt), QByteArray(hashSize, '\0')}));
    return {};
}

Result<PasswordVerdict> verifyByBcrypt(const Secret &text, QByteArrayView encoded, int rounds, const PasswordParameters &parameters)
{
    TRY(const bool matches, verifyBcrypt(text, encoded));
    const bool current = parameters.algorithm == PasswordAlgorithm::Bcrypt && rounds == parameters.bcryptRounds;
    return PasswordVerdict{.matches = matches, .needsRehash = matches && !current};
}

Result<PasswordVerdict> verifyByArgon2(const Secret &text, const PhcString &phc, const PasswordParameters &parameters)
{
    TRY(const QByteArray computed, argon2Of(text, phc));
    const bool matches = constantTimeEquals(computed, phc.hash);
    const bool current = parameters.algorithm == PasswordAlgorithm::Argon2id && phc.cost == parameters.argon2 && phc.salt.size() == saltSize
        && phc.hash.size() == hashSize;
    return PasswordVerdict{.matches = matches, .needsRehash = matches && !current};
}

} // namespace

Result<QByteArray> hashPassword(const Secret &password, const PasswordParameters &parameters)
{
    TRY(const Secret text, normalizedPassword(password));
    if (parameters.algorithm == PasswordAlgorithm::Bcrypt)
        return makeBcrypt(text, parameters.bcryptRounds);
    PhcString phc;
    phc.cost = parameters.argon2;
    TRY(phc.salt, randomBytes(saltSize));
    TRY(phc.hash, argon2id(text, phc.salt, phc.cost, hashSize, argon2LibraryFor(phc.cost, saltSize, hashSize)));
    return phc.format();
}

Result<PasswordVerdict> verifyPassword(const Secret &password, QByteArrayView encoded, const PasswordParameters &parameters)
{
    const Result<Secret> text = normalizedPassword(password);
    if (!text) { // nobody's password
        CHECK(spend(Secret(), parameters));
        return PasswordVerdict{};
    }
    // Our own cost is always allowed; that of hashes from elsewhere has bounds.
    const std::optional<int> rounds = bcryptRounds(encoded);
    if (rounds && (isAcceptableBcryptRounds(*rounds) || *rounds == parameters.bcryptRounds))
        return verifyByBcrypt(*text, encoded, *rounds, parameters);
    const std::optional<PhcString> phc = PhcString::parse(encoded);
    if (phc && (isAcceptableCost(phc->cost) || phc->cost == parameters.argon2))
        return verifyByArgon2(*text, *phc, parameters);
    CHECK(spend(*text, parameters));
    return PasswordVerdict{.unusable = true};
}

Result<void> spendPasswordCost(const Secret &password, const PasswordParameters &parameters)
{
    const Result<Secret> text = normalizedPassword(password);
    return spend(text ? *text : Secret(), parameters);
}

PasswordHasher::PasswordHasher(Options options) :
    m_parameters(options.parameters),
    m_pool({.name = "hash", .threads = options.threads > 0 ? options.threads : coreCount(), .capacity = options.capacity, .nice = options.nice})
{
}

PasswordHasher::~PasswordHasher() = default;

Task<Result<QByteArray>> PasswordHasher::hash(Secret password, Deadline deadline)
{
    auto result = co_await m_pool.run<QByteArray>([&](int) { return hashPassword(password, m_parameters); }, deadline);
    co_return result;
}

Task<Result<QByteArray>> PasswordHasher::hashNew(Secret password, const PasswordPolicy &policy, PasswordIdentity identity, Deadline deadline)
{
    auto result = co_await m_pool.run<QByteArray>(
        [&](int) -> Result<QByteArray> {
            CHECK(policy.check(password, identity));
            return hashPassword(password, m_parameters);
        },
        deadline);
    co_return result;
}

Task<Result<PasswordVerdict>> PasswordHasher::verify(Secret password, QByteArray encoded, Deadline deadline)
{
    auto result = co_await m_pool.run<PasswordVerdict>([&](int) { return verifyPassword(password, encoded, m_parameters); }, deadline);
    co_return result;
}

Task<Result<void>> PasswordHasher::verifyDecoy(Secret password, PasswordParameters cost, Deadline deadline)
{
    auto result = co_await m_pool.run<void>([&](int) { return spendPasswordCost(password, cost); }, deadline);
    co_return result;
}

} // namespace aegis
