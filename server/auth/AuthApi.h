#pragma once

#include "server/auth/LoginService.h"
#include "server/auth/RegistrationService.h"
#include "server/http/Api.h"

namespace aegis {

/// Signup, register and login. The services must outlive the API.
void bindAuth(http::Api &api, const RegistrationService &registration, const LoginService &login);

} // namespace aegis
