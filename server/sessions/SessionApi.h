#pragma once

#include "server/http/Api.h"
#include "server/sessions/SessionService.h"

namespace aegis {

/// Refresh, logout, me and verify. The service must outlive the API.
void bindSessions(http::Api &api, const SessionService &service);

} // namespace aegis
