#include "server/mfa/MfaApi.h"

namespace aegis {
namespace {

Task<Result<NoContent>> disable(const MfaService &service, const RequestContext &context, SecondFactorRequest request)
{
    auto done = co_await service.disable(context, std::move(request));
    if (!done)
        co_return std::move(done).problem();
    co_return NoContent();
}

} // namespace

void bindMfa(http::Api &api, const MfaService &service)
{
    api.on<endpoints::MfaStatus>([&service](const RequestContext &context, NoRequest) { return service.status(context); });
    api.on<endpoints::MfaEnable>([&service](const RequestContext &context, NoRequest) { return service.enable(context); });
    api.on<endpoints::MfaVerify>(
        [&service](const RequestContext &context, MfaVerifyRequest request) { return service.verify(context, std::move(request)); });
    api.on<endpoints::MfaDisable>(
        [&service](const RequestContext &context, SecondFactorRequest request) { return disable(service, context, std::move(request)); });
    api.on<endpoints::MfaBackupCodes>(
        [&service](const RequestContext &context, SecondFactorRequest request) { return service.replaceBackupCodes(context, std::move(request)); });
}

} // namespace aegis
