#pragma once

#include "server/http/Api.h"

namespace aegis::http {

/// Binds GET /openapi.json and GET /docs. Both are made once, here.
void bindDocumentation(Api &api);

} // namespace aegis::http
