#pragma once

#include "server/auth/AccountLockService.h"
#include "server/auth/AccountStore.h"
#include "server/auth/DecoyCosts.h"
#include "server/limits/LoginThrottle.h"

namespace aegis {

/// What stands before the password of a login, and learns how it ended: the limits on failures, the locks, and what an address
/// that nobody has must cost. Any I/O thread.
class LoginGuard {
public:
    LoginGuard(Database &database, LoginThrottle &throttle, const AccountLockService &locks, const DecoyCosts &decoys, Secret emailFingerprintKey) :
        m_database(database), m_throttle(throttle), m_locks(locks), m_decoys(decoys), m_emailFingerprintKey(std::move(emailFingerprintKey))
    {
    }

    /// Counts the attempt. `rate_limited` when there were too many failures, whether somebody has the address or not, and whether the
    /// password would be right or not.
    Task<Result<LoginAttempt>> admit(const RequestContext &context, QString typedEmail) const;

    /// Whether the account is locked by failures; such a lock whose time is over is ended, and the account told as active.
    Task<Result<bool>> isLockedByFailures(const RequestContext &context, Account &account) const;

    /// Records a failure, with what it makes suspicious, and locks the account if that is due. Gives the problem to answer with: that
    /// one, unless it cannot be recorded. The context is of the account's tenant; no account: nobody has the address.
    Task<Problem> fail(const RequestContext &context, LoginAttempt &attempt, const Account *account, const QString &typedEmail, QLatin1String reason,
                       ProblemCode answer) const;

    /// The second half of a login has succeeded: the failures that were counted before its first half are forgotten.
    void succeed(const RequestContext &context, const QString &email) const;

    PasswordParameters decoyCost(const QString &typedEmail) const { return m_decoys.costOf(typedEmail); }

private:
    Task<Result<bool>> isAtHome(const RequestContext &context, QString typedEmail) const;
    Task<Result<void>> record(const RequestContext &context, LoginAttempt &attempt, const Account *account, EventBatch &failure) const;

    Database &m_database;
    LoginThrottle &m_throttle;
    const AccountLockService &m_locks;
    const DecoyCosts &m_decoys;
    const Secret m_emailFingerprintKey;
};

} // namespace aegis
