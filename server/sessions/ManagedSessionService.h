#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/idempotency/IdempotentCall.h"
#include "server/sessions/ManagedSessionStore.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"

namespace aegis {

/// What administrators see and do about the sessions of others. Any I/O thread.
class ManagedSessionService {
public:
    ManagedSessionService(Database &database, const IdempotencyStore &idempotency, const TokenIssuer &tokens, RevocationList &revocations) :
        m_database(database), m_calls(database, idempotency), m_tokens(tokens), m_revocations(revocations)
    {
    }

    Task<Result<ManagedSessionPage>> list(const RequestContext &context, ListPageRequest request) const;
    /// Access ends at once. `not_found` for one that the caller does not see, or that has ended.
    Task<Result<ManagedSessionResponse>> revoke(const RequestContext &context, ManagedSessionRequest request) const;
    /// Ends those that match, exactly those that the plan stands for; or says what that would be. `conflict`: they are others by now.
    Task<Result<SessionRevocationPlan>> revokeMatching(const RequestContext &context, SessionRevocationRequest request) const;

    /// Ends what a person has open in the transaction's organization; announce() after the commit.
    Result<std::vector<SessionId>> revokeOfMember(Tx &tx, const UserId &user) const;
    /// Lets the tokens of sessions that have ended be refused, here at once.
    void announce(const RequestContext &context, const std::vector<SessionId> &ended) const;

private:
    Result<std::vector<SessionId>> revokeAll(Tx &tx, const std::vector<ManagedSessionStore::Open> &sessions) const;

    Database &m_database;
    const IdempotentCall m_calls;
    const TokenIssuer &m_tokens;
    RevocationList &m_revocations;
};

} // namespace aegis
