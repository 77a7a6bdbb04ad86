#pragma once

#include "server/http/Api.h"
#include "server/users/ManagedUserService.h"

namespace aegis {

/// Accounts as administrators see and change them. The service must outlive the API.
void bindManagedUsers(http::Api &api, const ManagedUserService &users);

} // namespace aegis
