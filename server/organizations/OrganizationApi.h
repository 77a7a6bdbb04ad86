#pragma once

#include "server/http/Api.h"
#include "server/organizations/SlugService.h"

namespace aegis {

/// The check of a slug. The service must outlive the API.
void bindOrganizations(http::Api &api, SlugService &slugs);

} // namespace aegis
