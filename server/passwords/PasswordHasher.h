#pragma once

#include "server/async/Task.h"
#include "server/async/WorkerPool.h"
#include "server/passwords/Argon2.h"
#include "server/passwords/PasswordParameters.h"
#include "server/passwords/PasswordPolicy.h"
#include "shared/text/Secret.h"

namespace aegis {

/// What a comparison said.
struct PasswordVerdict {
    bool matches = false;
    bool needsRehash = false; ///< it matches, but the hash has another algorithm or cost than new ones get
    bool unusable = false;    ///< the stored hash is malformed or of a forbidden cost: worth a line in the log

    friend bool operator==(const PasswordVerdict &, const PasswordVerdict &) = default;
};

/// Makes and compares password hashes on threads of its own, behind a queue with a bound: a flood of logins gets
/// `overloaded` with a Retry-After at once, and as the threads are nicer than all others it does not slow what else the
/// server does. What nobody waits for any more at its deadline is not begun. Every call resumes on the event loop of the
/// thread that awaits it. Any thread.
class PasswordHasher {
public:
    struct Options {
        PasswordParameters parameters = {}; ///< for new hashes
        int threads = 0;                    ///< 0: one for each core
        std::size_t capacity = 256;         ///< calls that may wait
        int nice = 10;                      ///< added to the threads' niceness, 0 to 19
        Argon2Engine engine = fastestArgon2Engine();
        std::chrono::milliseconds memoryIdle = std::chrono::seconds(10); ///< a thread without work gives its memory back after that
    };

    explicit PasswordHasher(Options options);
    ~PasswordHasher();

    /// A hash to store: a PHC string, or a bcrypt hash. `validation_failed` for a password that cannot be hashed (not
    /// UTF-8; with bcrypt more than 72 bytes or a NUL), `overloaded` when the queue is full or memory is short.
    Task<Result<QByteArray>> hash(Secret password, Deadline deadline = noDeadline);

    /// The same for a new password, which is judged first, in the same job: judging takes up to some milliseconds for a
    /// password that is made for that, so it must not be done by a thread that serves others. `password_policy`.
    Task<Result<QByteArray>> hashNew(Secret password, const PasswordPolicy &policy, PasswordIdentity identity, Deadline deadline = noDeadline);

    /// Compares with a stored hash. A malformed hash or one of a forbidden cost does not match, at the usual cost.
    Task<Result<PasswordVerdict>> verify(Secret password, QByteArray encoded, Deadline deadline = noDeadline);

    /// Costs what verify() costs for a hash of that cost, and compares with nothing: for an unknown e-mail.
    Task<Result<void>> verifyDecoy(Secret password, PasswordParameters cost, Deadline deadline = noDeadline);

    const PasswordParameters &parameters() const { return m_parameters; }
    /// As those of WorkerPool.
    void refuse() { m_pool.refuse(); }
    void stop() { m_pool.stop(); }

    std::size_t waiting() const { return m_pool.waiting(); }     ///< calls in the queue now
    std::uint64_t rejected() const { return m_pool.rejected(); } ///< calls refused because it was full
    std::size_t capacity() const { return m_pool.capacity(); }
    int threads() const { return m_pool.threads(); }
    Argon2Engine engine() const { return m_engine; }
    std::chrono::milliseconds memoryIdle() const { return m_pool.idleAfter(); }
    std::size_t keptMemory() const; ///< bytes that the threads keep for Argon2id now

private:
    class Tools;

    const PasswordParameters m_parameters;
    const Argon2Engine m_engine;
    const std::size_t m_keptSize; ///< bytes that one thread keeps between hashes
    std::vector<Argon2Memory> m_memories;
    WorkerPool m_pool; // at last, so that its threads end first
};

/// The same in the calling thread: blocks for as long as it takes.
Result<QByteArray> hashPassword(const Secret &password, const PasswordParameters &parameters, Argon2Tools tools);
Result<PasswordVerdict> verifyPassword(const Secret &password, QByteArrayView encoded, const PasswordParameters &parameters, Argon2Tools tools);
Result<void> spendPasswordCost(const Secret &password, const PasswordParameters &parameters, Argon2Tools tools);

/// The same for a tool or a test, with the fastest engine and memory for this once.
Result<QByteArray> hashPassword(const Secret &password, const PasswordParameters &parameters);
Result<PasswordVerdict> verifyPassword(const Secret &password, QByteArrayView encoded, const PasswordParameters &parameters);
Result<void> spendPasswordCost(const Secret &password, const PasswordParameters &parameters);

} // namespace aegis
