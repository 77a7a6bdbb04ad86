#pragma once

#include "server/async/Task.h"
#include "server/context/RequestContext.h"
#include "server/limits/LoginCounters.h"
#include "server/redis/RedisClient.h"

namespace aegis {

class LoginThrottle;

/// One attempt to log in that was let through and counts as a failure until more is known. Its outcome is told once; one that
/// goes untold was not judged (the server was full, the database away) and is given back. Moves; one thread at a time.
class LoginAttempt {
public:
    LoginAttempt(LoginAttempt &&other) noexcept { swap(other); }
    LoginAttempt &operator=(LoginAttempt &&other) noexcept
    {
        swap(other);
        return *this;
    }
    ~LoginAttempt();

    /// The password was right.
    void succeed();
    /// It was not, or who knows it may not log in: tells what that makes suspicious.
    Task<LoginSuspicion> fail();
    /// Whether a failure of this one is the one that locks the account, with LOCKOUT=strict.
    bool isLast() const;

private:
    friend class LoginThrottle;
    LoginAttempt(LoginThrottle &throttle, LoginSubjects subjects, Instant now, int failures, bool isShared) :
        m_throttle(&throttle), m_subjects(subjects), m_now(now), m_failures(failures), m_isShared(isShared)
    {
    }

    void swap(LoginAttempt &other) noexcept
    {
        std::swap(m_throttle, other.m_throttle);
        std::swap(m_subjects, other.m_subjects);
        std::swap(m_now, other.m_now);
        std::swap(m_failures, other.m_failures);
        std::swap(m_isShared, other.m_isShared);
    }

    LoginThrottle *m_throttle = nullptr; ///< null: told
    LoginSubjects m_subjects;
    Instant m_now{};
    int m_failures = 0;      ///< of the account, with this one
    bool m_isShared = false; ///< Redis has counted it
};

/// Asked before a password is hashed: counts failed logins by e-mail address and client address, and by e-mail address alone. An
/// address that nobody has is counted like any other, so what is refused tells nothing. Nobody is held waiting: who has to pause is told
/// for how long (429), which costs neither a thread nor a place among the connections, of which an attacker would otherwise take
/// them all. In Redis when there is one, so that several instances are one; while it is away in memory, from what it last said, and what a
/// client address has failed here counts whatever Redis says. Any I/O thread.
class LoginThrottle {
public:
    /// The keys and Redis outlive this; without Redis this instance counts alone.
    LoginThrottle(const LimitKeys &keys, LoginRules rules, std::size_t counters, RedisClient *redis, const QByteArray &prefix);

    /// What was typed as e-mail address, whether it is one or not: one address has one counter however it is written.
    LoginSubjects subjectsOf(const QString &typedEmail, const QHostAddress &client) const;
    struct Answer {
        LoginAdmission admission;
        std::optional<LoginAttempt> attempt; ///< when it was let through
    };
    /// `held`: the delay of the account counts; false for who comes from where the account is at home.
    Task<Answer> begin(LoginSubjects subjects, bool held, Instant now);
    /// A login has ended well whose attempt was given back at its half: what was counted before is forgotten.
    void forget(const LoginSubjects &subjects, Instant now);
    /// An administrator has unlocked the account.
    Task<void> forgetAccount(QString email, Instant now);

    const LoginRules &rules() const { return m_rules; }
    quint64 refused(LoginAdmission::Refusal why) const { return m_refused[static_cast<std::size_t>(why)].load(std::memory_order_relaxed); }
    quint64 overflows() const { return m_counters.overflows(); }
    quint64 countedAlone() const { return m_countedAlone.load(std::memory_order_relaxed); }

private:
    friend class LoginAttempt;
    struct SharedKeys {
        QByteArray pair, account, accountsOfAddress, addressesOfAccount;
    };

    SharedKeys sharedKeys(const LoginSubjects &subjects) const;
    Task<std::optional<LoginAdmission>> beginThere(LoginSubjects subjects, bool held, Instant now);
    Task<LoginSuspicion> fail(LoginSubjects subjects, Instant now);
    Task<Result<void>> settleThere(LoginSubjects subjects, bool succeeded);
    void settle(const LoginSubjects &subjects, bool succeeded, bool isShared, Instant now);

    const LimitKeys &m_keys;
    const LoginRules m_rules;
    RedisClient *const m_redis;
    const QByteArray m_prefix;
    LoginCounters m_counters;
    std::array<std::atomic<quint64>, 3> m_refused{};
    std::atomic<quint64> m_countedAlone{0};
};

} // namespace aegis
