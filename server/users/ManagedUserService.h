#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountMails.h"
#include "server/db/Database.h"
#include "server/events/EventBatch.h"
#include "server/idempotency/IdempotentCall.h"
#include "server/limits/LoginThrottle.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"
#include "server/users/ManagedUserStore.h"

#include <functional>

namespace aegis {

/// What administrators do to accounts. Everybody is `not_found` whom the caller's organization does not know; an account that it does not
/// manage, or whose person may do more than the caller, is `forbidden`. Any I/O thread.
class ManagedUserService {
public:
    struct Parts {
        Database &database;
        const IdempotencyStore &idempotency;
        const AccountMails &mails;
        const TokenIssuer &tokens;
        RevocationList &revocations;
        LoginThrottle &throttle;
        std::chrono::seconds freshFor; ///< since the caller's last proof of who it is, for what weakens a login
    };
    explicit ManagedUserService(const Parts &parts) : m_parts(parts), m_calls(parts.database, parts.idempotency) {}

    Task<Result<ManagedUserPage>> list(const RequestContext &context, ListPageRequest request) const;
    Task<Result<ManagedUserResponse>> get(const RequestContext &context, ManagedUserRequest request) const;
    Task<Result<ManagedUserResponse>> lock(const RequestContext &context, AccountLockRequest request) const;
    /// The failed logins of the account are forgotten as well.
    Task<Result<ManagedUserResponse>> unlock(const RequestContext &context, AccountReliefRequest request) const;
    Task<Result<ManagedUserResponse>> suspend(const RequestContext &context, AccountMeasureRequest request) const;
    Task<Result<ManagedUserResponse>> reactivate(const RequestContext &context, AccountReliefRequest request) const;
    Task<Result<ManagedUserResponse>> resetPassword(const RequestContext &context, AccountMeasureRequest request) const;
    Task<Result<ManagedUserResponse>> resetMfa(const RequestContext &context, AccountMeasureRequest request) const;

private:
    /// What is done to an account.
    struct Measure {
        UserId user;
        std::optional<QString> ifMatch;
        Permission permission{};
        ProblemCode whenUnchanged = ProblemCode::Conflict;
        bool wantsFreshLogin = false; ///< of the caller; not for an answer that was given before
        bool endsSessions = false;
        /// Carries it out, with its events, in a transaction of the account's person; `before` is the account as it was looked at.
        std::function<Result<ManagedUserStore::Changed>(Tx &, ManagedUserStore::Change, const ManagedUserDto &before)> act;
    };
    Task<Result<ManagedUserResponse>> carryOut(const RequestContext &context, Measure measure) const;
    Task<Result<ManagedUserDto>> look(const RequestContext &context, Permission permission, UserId user) const;
    Result<ManagedUserResponse> attempt(Tx &tx, const RequestContext &context, const Measure &measure, const ManagedUserDto &before,
                                        std::vector<SessionId> &later) const;

    const Parts m_parts;
    const IdempotentCall m_calls;
};

} // namespace aegis
