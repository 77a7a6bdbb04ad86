#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountLockStore.h"
#include "server/auth/AccountMails.h"
#include "server/db/Database.h"
#include "server/events/EventBatch.h"
#include "server/limits/LoginThrottle.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"
#include "shared/dto/UserDto.h"

#include <functional>

namespace aegis {

/// Locks accounts after too many failed logins (LOCKOUT=strict) and unlocks them. Any I/O thread.
class AccountLockService {
public:
    AccountLockService(Database &database, const AccountMails &mails, const TokenIssuer &tokens, RevocationList &revocations,
                       LoginThrottle &throttle) :
        m_database(database),
        m_mails(mails), m_tokens(tokens), m_revocations(revocations), m_throttle(throttle)
    {
    }

    /// Records the failure and locks the account for LOCKOUT_DURATION, if it is active: its sessions end with it, and the person is
    /// told by mail. In one transaction; the context is of the account's tenant and person.
    Task<Result<void>> lock(const RequestContext &context, const UserDto &user, const EventBatch &failure) const;

    /// By an administrator of the organization of the context, whatever the reason of the lock, and with the failures of the account
    /// forgotten. `not_found` when there is no such lock: of no account, of one that the organization does not manage, or of one
    /// that is not locked.
    Task<Result<void>> unlock(const RequestContext &context, const UserId &user) const;

    /// Of an account whose status is `locked`: its lock is ended if its time is over. A lock without an end stays.
    struct LockState {
        bool isLocked = true;
        bool byFailures = false; ///< as opposed to by an administrator
    };
    Task<Result<LockState>> look(const RequestContext &context, const UserId &user) const;

    /// Ends the locks whose time is over, for those who do not come back, and tells how many. `betweenSteps` is called between two
    /// transactions; its problem ends it. Blocks; for a job's thread.
    static Result<qint64> unlockExpired(DatabaseSession &session, Instant now, const std::function<Result<void>()> &betweenSteps = {});

private:
    Database &m_database;
    const AccountMails &m_mails;
    const TokenIssuer &m_tokens;
    RevocationList &m_revocations;
    LoginThrottle &m_throttle;
};

} // namespace aegis
