#pragma once

#include "server/http/Api.h"
#include "server/keys/KeyRing.h"

#include <chrono>

namespace aegis {

/// `GET /.well-known/jwks.json`, which may be kept for so long. The ring must outlive the API.
void bindKeys(http::Api &api, const KeyRing &ring, std::chrono::seconds maxAge);

} // namespace aegis
