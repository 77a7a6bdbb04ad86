#include "server/admin/PlatformStaffApi.h"

namespace aegis {

void bindPlatformStaff(http::Api &api, const PlatformStaffService &staff)
{
    api.on<endpoints::PlatformStaffList>([&staff](const RequestContext &context, NoRequest) { return staff.list(context); });
    api.on<endpoints::PlatformRoleGrant>(
        [&staff](const RequestContext &context, PlatformRoleRequest request) { return staff.grant(context, std::move(request)); });
    api.on<endpoints::PlatformRoleRevoke>(
        [&staff](const RequestContext &context, PlatformRoleRequest request) { return staff.revoke(context, std::move(request)); });
}

} // namespace aegis
