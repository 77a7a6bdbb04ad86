#pragma once

#include "server/http/Api.h"
#include "server/mfa/MfaService.h"

namespace aegis {

/// A person's own second factor; the login with it is bound by server/auth. The service must outlive the API.
void bindMfa(http::Api &api, const MfaService &service);

} // namespace aegis
