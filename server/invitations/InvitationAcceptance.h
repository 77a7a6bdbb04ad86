#pragma once

#include "server/async/Task.h"
#include "server/auth/NewAccount.h"
#include "server/db/Database.h"
#include "server/idempotency/IdempotentCall.h"
#include "server/invitations/InvitationStore.h"
#include "server/passwords/PasswordHasher.h"
#include "server/passwords/PasswordPolicy.h"
#include "server/sessions/SessionOpener.h"
#include "shared/dto/AuthResponse.h"

namespace aegis {

/// What somebody does with the token of an invitation. The token proves the address: it was mailed there and nowhere else. `invalid_mail_token`:
/// it is none (any more). Any I/O thread.
class InvitationAcceptance {
public:
    InvitationAcceptance(Database &database, PasswordHasher &hasher, const PasswordPolicy &policy, const SessionOpener &opener,
                         const IdempotencyStore &idempotency) :
        m_database(database),
        m_hasher(hasher), m_policy(policy), m_opener(opener), m_calls(database, idempotency)
    {
    }

    Task<Result<InvitationPreview>> look(const RequestContext &context, InvitationTokenRequest request) const;
    /// Makes an account, which the organization manages, and a session in the organization. `email_taken`: its person has to join.
    Task<Result<RegistrationResponse>> accept(const RequestContext &context, InvitationAcceptRequest request) const;
    /// With the account of the caller, whose address it must be.
    Task<Result<JoinedResponse>> join(const RequestContext &context, InvitationTokenRequest request) const;

private:
    using Found = InvitationStore::Found;
    Task<Result<Found>> find(const RequestContext &context, const OwnedToken &token) const;

    Database &m_database;
    PasswordHasher &m_hasher;
    const PasswordPolicy &m_policy;
    const SessionOpener &m_opener;
    const IdempotentCall m_calls;
};

} // namespace aegis
