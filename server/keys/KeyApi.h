#pragma once

#include "server/http/Api.h"
#include "server/keys/KeyRing.h"

namespace aegis {

/// `GET /.well-known/jwks.json`. The ring must outlive the API.
void bindKeys(http::Api &api, const KeyRing &ring);

} // namespace aegis
