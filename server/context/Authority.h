#pragma once

#include "shared/permissions/Permission.h"

namespace aegis {

/// How far a permission reaches.
enum class Reach {
    Nowhere,
    Organization, ///< the organization of the tenant, and the accounts that it manages
    Everywhere,   ///< every organization and every account
};

/// What somebody may do, as it was when the request was authorised.
struct Authority {
    PermissionSet organization; ///< by roles in the tenant's organization
    PermissionSet platform;     ///< by roles of the platform

    Reach reachOf(Permission permission) const
    {
        if (platform.contains(permission))
            return Reach::Everywhere;
        return organization.contains(permission) ? Reach::Organization : Reach::Nowhere;
    }

    friend bool operator==(const Authority &, const Authority &) = default;
};

} // namespace aegis
