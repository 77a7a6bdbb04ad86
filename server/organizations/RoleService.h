#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/idempotency/IdempotentCall.h"
#include "server/organizations/RoleStore.h"

namespace aegis {

/// The roles of an organization. Nobody makes, changes or deletes one that allows more than they may. Any I/O thread.
class RoleService {
public:
    RoleService(Database &database, const IdempotencyStore &idempotency) : m_database(database), m_calls(database, idempotency) {}

    /// How many of its own an organization has at most.
    static constexpr int mostRoles = 100;

    static PermissionsResponse permissions();
    Task<Result<OrganizationRolesResponse>> list(const RequestContext &context, OrganizationRoleListRequest request) const;
    Task<Result<OrganizationRoleResponse>> put(const RequestContext &context, OrganizationRolePutRequest request) const;
    Task<Result<OrganizationRoleResponse>> remove(const RequestContext &context, OrganizationRoleRequest request) const;

private:
    template <class Work>
    Task<Result<OrganizationRoleResponse>> carryOut(const RequestContext &context, OrganizationId organization, Work work) const;

    Database &m_database;
    const IdempotentCall m_calls;
};

} // namespace aegis
