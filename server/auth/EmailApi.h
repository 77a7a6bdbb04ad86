#pragma once

#include "server/auth/EmailVerificationService.h"
#include "server/auth/MailRequestService.h"
#include "server/http/Api.h"

namespace aegis {

/// Verification of addresses. The services must outlive the API.
void bindEmail(http::Api &api, const EmailVerificationService &verification, const MailRequestService &mailRequests);

} // namespace aegis
