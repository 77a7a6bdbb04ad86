#pragma once

#include "server/audit/AuditProofService.h"
#include "server/http/Api.h"

namespace aegis {

/// What proves the audit trail. The service must outlive the API.
void bindAuditProofs(http::Api &api, const AuditProofService &proofs);

} // namespace aegis
