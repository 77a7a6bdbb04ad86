#pragma once

#include "server/invitations/InvitationService.h"
#include "shared/dto/admin/ManagedOrganization.h"

namespace aegis {

/// Makes organizations for others, whose owners are invited. Any I/O thread.
class OrganizationCreation {
public:
    OrganizationCreation(Database &database, const IdempotencyStore &idempotency, const InvitationService &invitations) :
        m_calls(database, idempotency), m_invitations(invitations)
    {
    }

    /// `slug_taken`.
    Task<Result<ManagedOrganizationResponse>> create(const RequestContext &context, OrganizationCreateRequest request) const;

private:
    const IdempotentCall m_calls;
    const InvitationService &m_invitations;
};

} // namespace aegis
