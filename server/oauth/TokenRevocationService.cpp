#include "server/oauth/TokenRevocationService.h"

#include "server/events/EventStore.h"
#include "server/oauth/IntrospectionService.h"
#include "server/oauth/TokenStateStore.h"
#include "server/sessions/SessionStore.h"

namespace aegis {
namespace {

EventDraft revokedEvent(const RequestContext &context, const SessionId &session, const char *type, const QJsonValue &tokenId)
{
    return {.type = EventType::TokenRevoked,
            .subject = session.uuid(),
            .payload = {{QStringLiteral("clientId"), QString::fromLatin1(context.application.id.text())},
                        {QStringLiteral("tokenType"), QLatin1String(type)},
                        {QStringLiteral("tokenId"), tokenId}},
            .session = session};
}

} // namespace

Task<Result<void>> TokenRevocationService::revoke(const RequestContext &context, TokenRequest request) const
{
    const auto grant = m_accessTokens.verify(request.token.reveal(), context.now);
    if (grant) {
        if (!mayAskAbout(context.application, (*grant)->organization) || m_revocations.isRevoked(**grant))
            co_return Result<void>();
        Task<Result<void>> task = revokeAccess(context, **grant);
        co_return co_await task;
    }
    const auto facts = m_refreshTokens.read(request.token, context.now, RefreshTokens::Expired::Allowed);
    if (!facts && grant.problem().code != ProblemCode::InvalidToken)
        co_return grant.problem(); // it may be an access token that cannot be checked, and would live on
    if (!facts || !mayAskAbout(context.application, facts->organization))
        co_return Result<void>();
    Task<Result<void>> task = endSession(context, *facts);
    co_return co_await task;
}

Task<Result<void>> TokenRevocationService::revokeAccess(const RequestContext &context, const AccessGrant &grant) const
{
    const RequestContext tenantContext = context.withTenant({.organization = grant.organization, .user = grant.user});
    EventBatch events(tenantContext);
    events.add(revokedEvent(context, grant.session, "access_token", QString::fromLatin1(grant.token.text())));
    const QByteArray envelopes = events.json();
    const Instant until = m_tokens.accessEndsBy(context.now);
    Task<Result<bool>> task = TokenStateStore::revoke(m_database, tenantContext, grant.token, until, envelopes);
    CO_CHECK(co_await task);
    // Also when it was revoked before: by a call whose answer was lost, this instance may not know it yet.
    m_revocations.revoke({.kind = RevocationKind::Token, .subject = grant.token.uuid(), .notBefore = context.now, .expiresAt = until});
    co_return Result<void>();
}

Task<Result<void>> TokenRevocationService::endSession(const RequestContext &context, const RefreshTokenFacts &facts) const
{
    const RequestContext tenantContext = context.withTenant(facts.tenant());
    const QString reason = QStringLiteral("revoked");
    EventBatch events(tenantContext);
    events.add(revokedEvent(context, facts.session, "refresh_token", QJsonValue::Null));
    events.add({.type = EventType::RefreshTokenRevoked,
                .subject = facts.session.uuid(),
                .payload = {{QStringLiteral("reason"), reason}},
                .session = facts.session});
    const SessionStore::Ending ending{.tenant = facts.tenant().owner(),
                                      .session = facts.session,
                                      .user = facts.user,
                                      .reason = reason,
                                      .revokedUntil = m_tokens.accessEndsBy(context.now),
                                      .events = events.json()};
    auto end = [&](Tx &tx) { return SessionStore::end(tx, ending); };
    CO_CHECK(co_await m_database.write<bool>(tenantContext, end));
    m_revocations.revoke(Revocation::ofSession(facts.session, context.now, ending.revokedUntil));
    co_return Result<void>();
}

} // namespace aegis
