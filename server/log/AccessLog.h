#pragma once

#include "server/http/AccessRecord.h"

namespace aegis::log {

/// Writes one answered request as the event `http_request`: at level info, error when the server itself failed (500), or
/// warning when it could not serve now (503 and the like). The query is not in it, because it may hold what must not be
/// logged. Any thread.
void access(const http::AccessRecord &record);

} // namespace aegis::log
