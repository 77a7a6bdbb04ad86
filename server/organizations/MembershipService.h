#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/idempotency/IdempotentCall.h"
#include "server/organizations/MembershipStore.h"
#include "server/sessions/ManagedSessionService.h"
#include "shared/dto/admin/ManagedOrganization.h"
#include "shared/dto/admin/Member.h"

#include <functional>

namespace aegis {

/// Gives and takes roles in organizations, and ends memberships. Nobody gives or takes a role that allows more than they may. Any I/O thread.
class MembershipService {
public:
    /// `freshFor`: since the caller's last proof of who it is, for what is hard to take back.
    MembershipService(Database &database, const IdempotencyStore &idempotency, const ManagedSessionService &sessions, std::chrono::seconds freshFor) :
        m_database(database), m_calls(database, idempotency), m_sessions(sessions), m_freshFor(freshFor)
    {
    }

    Task<Result<MemberPage>> list(const RequestContext &context, MemberListRequest request) const;
    /// `not_found`: the caller does not see the organization, there is no such role, or the organization does not know the person.
    Task<Result<MembershipResponse>> grant(const RequestContext &context, MemberRoleRequest request) const;
    /// `conflict`: it is the last owner's.
    Task<Result<MembershipResponse>> revoke(const RequestContext &context, MemberRoleRequest request) const;
    Task<Result<MembershipResponse>> remove(const RequestContext &context, MemberRequest request) const;
    /// Makes a member the owner, in the place of the caller, or of all owners when the platform does it.
    Task<Result<MembershipResponse>> transfer(const RequestContext &context, OwnershipTransferRequest request) const;

private:
    /// In a transaction of the organization; may fill in the sessions that ended.
    using Work = std::function<Result<MembershipResponse>(Tx &, std::vector<SessionId> &ended)>;
    Task<Result<MembershipResponse>> carryOut(const RequestContext &context, Permission by, OrganizationId organization, Work work) const;
    Result<void> leave(Tx &tx, const UserId &user, const QStringList &roles, std::vector<SessionId> &ended) const;

    Database &m_database;
    const IdempotentCall m_calls;
    const ManagedSessionService &m_sessions;
    const std::chrono::seconds m_freshFor;
};

} // namespace aegis
