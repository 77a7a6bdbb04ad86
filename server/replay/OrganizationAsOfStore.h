#pragma once

#include "server/admin/AdminScopeStore.h"
#include "shared/dto/admin/AsOf.h"

namespace aegis {

/// An organization from the events, and from the tables.
class OrganizationAsOfStore {
public:
    /// All but the differences. `not_found` when the caller does not see the organization.
    static Result<OrganizationAsOfResponse> get(Tx &tx, const AdminScopeStore &scope, const OrganizationId &organization, Instant time);
};

} // namespace aegis
