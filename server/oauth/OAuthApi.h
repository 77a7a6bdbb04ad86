#pragma once

#include "server/http/Api.h"
#include "server/oauth/IntrospectionService.h"
#include "server/oauth/TokenRevocationService.h"
#include "shared/dto/ServerMetadata.h"

namespace aegis {

/// `/oauth/...` and the metadata document. The services must outlive the API.
void bindOAuth(http::Api &api, const IntrospectionService &introspection, const TokenRevocationService &revocation, ServerMetadata metadata);

} // namespace aegis
