#pragma once

#include "server/auth/LoginService.h"
#include "server/auth/Reauthentication.h"
#include "server/auth/RegistrationService.h"
#include "server/http/Api.h"

namespace aegis {

/// Signup, register and login, with its second half, and proving it again. The services must outlive the API.
void bindAuth(http::Api &api, const RegistrationService &registration, const LoginService &login, const MfaLogin &mfa,
              const Reauthentication &reauthentication);

} // namespace aegis
