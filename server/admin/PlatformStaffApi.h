#pragma once

#include "server/admin/PlatformStaffService.h"
#include "server/http/Api.h"

namespace aegis {

/// Who has a role of the platform. The service must outlive the API.
void bindPlatformStaff(http::Api &api, const PlatformStaffService &staff);

} // namespace aegis
