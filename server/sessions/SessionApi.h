#pragma once

#include "server/http/Api.h"
#include "server/sessions/OrganizationSwitch.h"
#include "server/sessions/OwnSessions.h"
#include "server/sessions/SessionService.h"

namespace aegis {

/// Refresh, logout, me and verify, and the list of one's own sessions. The services must outlive the API.
void bindSessions(http::Api &api, const SessionService &service, const OwnSessions &own, const OrganizationSwitch &organizations);

} // namespace aegis
