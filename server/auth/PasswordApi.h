#pragma once

#include "server/auth/MailRequestService.h"
#include "server/auth/PasswordService.h"
#include "server/http/Api.h"

namespace aegis {

/// Change, forgot and reset. The services must outlive the API.
void bindPasswords(http::Api &api, const PasswordService &passwords, const MailRequestService &mailRequests);

} // namespace aegis
