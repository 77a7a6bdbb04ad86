#pragma once

#include "server/http/Api.h"
#include "server/replay/AsOfService.h"

namespace aegis {

/// People and organizations as they were. The service must outlive the API.
void bindAsOf(http::Api &api, const AsOfService &past);

} // namespace aegis
