#include "server/sessions/ManagedSessionApi.h"

namespace aegis {

void bindManagedSessions(http::Api &api, const ManagedSessionService &sessions)
{
    api.on<endpoints::ManagedSessionList>(
        [&sessions](const RequestContext &context, ListPageRequest request) { return sessions.list(context, std::move(request)); });
    api.on<endpoints::ManagedSessionRevoke>(
        [&sessions](const RequestContext &context, ManagedSessionRequest request) { return sessions.revoke(context, std::move(request)); });
    api.on<endpoints::ManagedSessionRevokeAll>([&sessions](const RequestContext &context, SessionRevocationRequest request) {
        return sessions.revokeMatching(context, std::move(request));
    });
}

} // namespace aegis
