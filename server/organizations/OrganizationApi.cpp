#include "server/organizations/OrganizationApi.h"

namespace aegis {

void bindOrganizations(http::Api &api, SlugService &slugs)
{
    api.on<endpoints::SlugAvailable>(
        [&slugs](const RequestContext &context, SlugAvailabilityRequest request) { return slugs.availability(context, std::move(request)); });
}

} // namespace aegis
