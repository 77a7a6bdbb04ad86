#include "server/sessions/SessionApi.h"

namespace aegis {
namespace {

Task<Result<NoContent>> logout(const SessionService &service, const RequestContext &context, LogoutRequest request)
{
    auto done = co_await service.logout(context, std::move(request));
    if (!done)
        co_return std::move(done).problem();
    co_return NoContent();
}

Task<Result<NoContent>> end(const OwnSessions &own, const RequestContext &context, SessionRequest request)
{
    auto done = co_await own.end(context, std::move(request));
    if (!done)
        co_return std::move(done).problem();
    co_return NoContent();
}

} // namespace

void bindSessions(http::Api &api, const SessionService &service, const OwnSessions &own, const OrganizationSwitch &organizations)
{
    api.on<endpoints::Refresh>(
        [&service](const RequestContext &context, RefreshRequest request) { return service.refresh(context, std::move(request)); });
    api.on<endpoints::Logout>(
        [&service](const RequestContext &context, LogoutRequest request) { return logout(service, context, std::move(request)); });
    api.on<endpoints::OwnOrganizationList>([&organizations](const RequestContext &context, NoRequest) { return organizations.list(context); });
    api.on<endpoints::OrganizationSwitch>(
        [&organizations](const RequestContext &context, OrganizationSwitchRequest request) { return organizations.go(context, std::move(request)); });
    api.on<endpoints::Me>([&service](const RequestContext &context, NoRequest) { return service.me(context); });
    api.on<endpoints::Verify>([](const RequestContext &context, NoRequest) { return SessionService::verify(context); });
    api.on<endpoints::SessionList>([&own](const RequestContext &context, NoRequest) { return own.list(context); });
    api.on<endpoints::SessionEnd>([&own](const RequestContext &context, SessionRequest request) { return end(own, context, std::move(request)); });
}

} // namespace aegis
