#include "server/oauth/OAuthApi.h"

namespace aegis {
namespace {

Task<Result<NoContent>> revoke(const TokenRevocationService &service, const RequestContext &context, TokenRequest request)
{
    Task<Result<void>> task = service.revoke(context, std::move(request));
    CO_CHECK(co_await task);
    co_return NoContent();
}

} // namespace

void bindOAuth(http::Api &api, const IntrospectionService &introspection, const TokenRevocationService &revocation, ServerMetadata metadata)
{
    api.on<endpoints::Introspect>(
        [&introspection](const RequestContext &context, TokenRequest request) { return introspection.introspect(context, std::move(request)); });
    api.on<endpoints::Revoke>(
        [&revocation](const RequestContext &context, TokenRequest request) { return revoke(revocation, context, std::move(request)); });
    api.on<endpoints::AuthorizationServer>(
        [metadata = std::move(metadata)](const RequestContext &, NoRequest) -> Result<ServerMetadata> { return metadata; });
}

} // namespace aegis
