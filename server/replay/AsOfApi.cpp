#include "server/replay/AsOfApi.h"

namespace aegis {

void bindAsOf(http::Api &api, const AsOfService &past)
{
    api.on<endpoints::ManagedUserAsOf>([&past](const RequestContext &context, UserAsOfRequest request) { return past.user(context, request); });
    api.on<endpoints::ManagedOrganizationAsOf>(
        [&past](const RequestContext &context, OrganizationAsOfRequest request) { return past.organization(context, request); });
}

} // namespace aegis
