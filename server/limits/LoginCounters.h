#pragma once

#include "server/limits/LimitKeys.h"
#include "server/limits/LoginRules.h"

#include <optional>

namespace aegis {

/// Whose attempt it is, as keyed hashes.
struct LoginSubjects {
    LimitSubject account; ///< the e-mail address, whether somebody has it or not
    LimitSubject pair;    ///< it and the client address
    LimitSubject address; ///< the client address
};

/// The failed logins of this process. An attempt counts as a failure from its beginning, so however many run side by side, no more
/// are let through than may fail. Counters of few failures yield to new ones when there are too many, those that hold somebody up never
/// do. When there are so many that a newcomer has to share one: the pairs of a neighbourhood are held up together, and a success of one
/// does not let the others off; an account is not held up or locked for what may be another's failures. Any thread.
class LoginCounters {
public:
    LoginCounters(const LimitKeys &keys, LoginRules rules, std::size_t counters);

    /// Counts an attempt, if it may be made. `held`: the delay of the account counts.
    LoginAdmission begin(const LoginSubjects &subjects, bool held, Instant now);
    /// As if it had not been made.
    void release(const LoginSubjects &subjects, Instant now);
    /// What was counted before it is forgotten.
    void succeed(const LoginSubjects &subjects, Instant now);
    /// The same for an attempt that has been released meanwhile.
    void forget(const LoginSubjects &subjects, Instant now);
    LoginSuspicion fail(const LoginSubjects &subjects, Instant now);
    /// Whether the pair has to pause for what this instance has counted; counts nothing.
    std::optional<LoginAdmission> refusedHere(const LoginSubjects &subjects, Instant now);
    /// Forgets what was counted about the account over all addresses.
    void forgetAccount(const LimitSubject &account, Instant now);

    /// Takes over what all instances together have counted. Of a pair no less than this one has counted itself: what they share may
    /// have been lost, or be somebody else.
    void adopt(const LoginSubjects &subjects, const LoginAdmission &known, Instant now);

    /// Times that a newcomer found no counter of its own.
    quint64 overflows() const { return m_pairs.overflows() + m_accounts.overflows(); }

private:
    struct Failures {
        std::int32_t count;
        std::int32_t forgottenAfter; ///< seconds
        std::int64_t last;           ///< ms since 1970

        bool isSpent(Instant now) const;
        int rank() const { return count; }
    };
    /// Different ones, up to what is suspicious.
    struct Members {
        std::int64_t until; ///< ms since 1970
        std::int32_t count;
        std::array<quint64, 20> keys;

        bool isSpent(Instant now) const;
    };

    std::optional<LoginAdmission> refusalOf(const Failures &pair, const Failures &account, std::int64_t present) const;
    template <class Function> auto both(const LoginSubjects &subjects, Instant now, Function function);
    bool add(CounterTable<Members> &table, const CounterPlace &place, quint64 member, int most, Instant now);

    const LimitKeys &m_keys;
    const LoginRules m_rules;
    CounterTable<Failures> m_pairs;
    CounterTable<Failures> m_accounts;
    CounterTable<Members> m_accountsOfAddress;
    CounterTable<Members> m_addressesOfAccount;
};

} // namespace aegis
