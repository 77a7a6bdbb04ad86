#pragma once

#include "server/http/Api.h"
#include "server/sessions/ManagedSessionService.h"

namespace aegis {

/// Sessions as administrators see and end them. The service must outlive the API.
void bindManagedSessions(http::Api &api, const ManagedSessionService &sessions);

} // namespace aegis
