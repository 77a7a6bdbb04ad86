#pragma once

#include "server/context/RequestContext.h"

namespace aegis::http {

/// Whom a valid access token speaks for. The pipeline makes the request's context of it.
struct Principal {
    Tenant tenant;
    Actor actor;
};

} // namespace aegis::http
