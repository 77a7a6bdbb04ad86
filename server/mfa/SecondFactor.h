#pragma once

#include "server/async/Task.h"
#include "server/crypto/Sealing.h"
#include "server/db/Database.h"
#include "server/events/EventBatch.h"
#include "server/mfa/MfaStore.h"

#include <atomic>

namespace aegis {

/// What a client sends as a second factor.
struct SecondFactorCode {
    std::optional<Secret> code;
    std::optional<Secret> backupCode;
};

/// Looks at second factors. An attempt counts in the database before its code is looked at; what uses the code up is the
/// transaction of what it is for. Too many wrong codes of the app make a pause for the person; backup codes are never paused, or
/// whoever knows the password could keep the owner out: of them one half login takes only so many. Any I/O thread.
class SecondFactor {
public:
    struct Options {
        int maxFailures = 5; ///< codes of the app in a row; backup codes of one half login
        std::chrono::seconds pause{900};
        std::chrono::seconds enrolmentLifetime{900};
    };

    SecondFactor(Database &database, const Sealing &sealing, Options options) : m_database(database), m_sealing(sealing), m_options(options) {}

    enum class Purpose { Login, Enable, Disable, BackupCodes, Reauthenticate };

    /// A proof that has still to be used up: a backup code has not even been looked for. The context's tenant names the person.
    /// `validation_failed` unless there is exactly one code; `mfa_not_enabled`, `mfa_paused`, `invalid_mfa_code`; of a login
    /// `invalid_mfa_token`.
    Task<Result<SecondFactorProof>> check(const RequestContext &context, Purpose purpose, const SecondFactorCode &given,
                                          std::optional<TokenId> challenge = std::nullopt) const;

    /// The same for an enrolment that is to be confirmed, with the sealed secret that the code is of.
    struct Confirmation {
        qint64 step = 0;
        QByteArray sealedSecret;
    };
    Task<Result<Confirmation>> confirm(const RequestContext &context, const Secret &code) const;

    /// What to answer when the proof turned out to be used up: records it.
    Task<Problem> refuseUsed(const RequestContext &context, Purpose purpose, const SecondFactorProof &proof) const;

    /// Adds the event of a backup code, if it is one.
    static void addUse(EventBatch &events, const RequestContext &context, Purpose purpose, const SecondFactorProof &proof);

    /// What a secret is sealed for.
    static QByteArray sealedFor(const UserId &user) { return "mfa:" + user.text(); }
    /// Wrong codes, and attempts during a pause.
    std::uint64_t failures() const { return m_failures.load(std::memory_order_relaxed); }
    std::uint64_t pauses() const { return m_pauses.load(std::memory_order_relaxed); }

private:
    using Begin = Result<MfaStore::Attempt> (*)(Tx &, const MfaStore::Beginning &);
    Task<Result<MfaStore::Attempt>> begin(const RequestContext &context, const MfaStore::Beginning &beginning, Begin how) const;
    Result<std::optional<qint64>> stepOf(const RequestContext &context, const MfaStore::Attempt &attempt, const Secret &code) const;
    Task<Problem> refuse(const RequestContext &context, Purpose purpose, QLatin1String reason, std::optional<int> failures,
                         std::optional<Instant> pausedUntil) const;

    Database &m_database;
    const Sealing &m_sealing;
    const Options m_options;
    mutable std::atomic<std::uint64_t> m_failures{0};
    mutable std::atomic<std::uint64_t> m_pauses{0};
};

} // namespace aegis
