#pragma once

#include "server/audit/AuditService.h"
#include "server/http/Api.h"

namespace aegis {

/// The audit trail. The service must outlive the API.
void bindAudit(http::Api &api, const AuditService &audit);

} // namespace aegis
