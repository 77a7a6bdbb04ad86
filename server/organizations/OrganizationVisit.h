#pragma once

#include "server/admin/AdminScopeStore.h"
#include "shared/dto/admin/ManagedOrganization.h"

namespace aegis {

/// An administrator in one organization: the caller's own, or any for who has the permission everywhere. Any thread.
class OrganizationVisit {
public:
    /// `not_found`: it is not the caller's, who does not see whether there is one.
    static Result<OrganizationVisit> of(const RequestContext &context, Permission permission, const OrganizationId &organization);

    /// In which its transactions run.
    const RequestContext &context() const { return m_context; }
    /// Before anything else in a transaction: the organization; `not_found`: there is none.
    Result<ManagedOrganizationDto> begin(Tx &tx) const;
    /// The same before a change: `forbidden` also when the caller has lost something since the call was authorised. Until the transaction ends
    /// the caller's membership does not (revoke_role waits).
    Result<ManagedOrganizationDto> beginChange(Tx &tx) const;

private:
    OrganizationVisit(const AdminScopeStore &scope, RequestContext context) : m_scope(scope), m_context(std::move(context)) {}

    AdminScopeStore m_scope;
    RequestContext m_context;
};

} // namespace aegis
