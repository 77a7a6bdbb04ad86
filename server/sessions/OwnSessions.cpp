#include "server/sessions/OwnSessions.h"

#include "server/events/EventBatch.h"
#include "server/sessions/SessionStore.h"

namespace aegis {

Task<Result<SessionListResponse>> OwnSessions::list(const RequestContext &context) const
{
    using Sessions = std::vector<SessionDto>;
    CO_TRY(Sessions sessions, co_await m_database.read<Sessions>(context, [&](Tx &tx) { return OwnSessionStore::list(tx, context.actor.user); }));
    for (SessionDto &session : sessions)
        session.current = session.id == context.actor.session;
    co_return SessionListResponse{std::move(sessions)};
}

Task<Result<void>> OwnSessions::end(const RequestContext &context, SessionRequest request) const
{
    const QString reason = QStringLiteral("revoked");
    EventBatch events(context);
    events.add({.type = EventType::RefreshTokenRevoked,
                .subject = request.id.uuid(),
                .payload = {{QStringLiteral("reason"), reason}},
                .session = request.id});
    SessionStore::Ending ending{.tenant = {},
                                .session = request.id,
                                .user = context.actor.user,
                                .reason = reason,
                                .revokedUntil = m_tokens.accessEndsBy(context.now),
                                .events = events.json()};
    CO_CHECK(co_await m_database.write<void>(context, [&](Tx &tx) -> Result<void> {
        TRY(ending.tenant, OwnSessionStore::tenantOf(tx, context.actor.user, request.id));
        TRY(const bool ended, SessionStore::end(tx, ending));
        return ended ? Result<void>() : Result<void>(ProblemCode::NotFound);
    }));
    m_revocations.revoke(Revocation::ofSession(request.id, context.now, ending.revokedUntil));
    co_return Result<void>();
}

} // namespace aegis
