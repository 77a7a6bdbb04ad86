#pragma once

#include "server/http/Api.h"
#include "server/organizations/ManagedOrganizationService.h"
#include "server/organizations/MembershipService.h"
#include "server/organizations/RoleService.h"

namespace aegis {

/// Organizations and their members as administrators see and change them. The services must outlive the API.
void bindManagedOrganizations(http::Api &api, const ManagedOrganizationService &organizations, const MembershipService &memberships,
                              const RoleService &roles);

} // namespace aegis
