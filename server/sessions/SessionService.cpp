#include "server/sessions/SessionService.h"

#include "server/events/EventStore.h"
#include "server/log/Log.h"

#include <QtCore/QJsonObject>

namespace aegis {
namespace {

EventDraft revokedEvent(const SessionId &session, const QString &reason)
{
    return {.type = EventType::RefreshTokenRevoked, .subject = session.uuid(), .payload = {{QStringLiteral("reason"), reason}}, .session = session};
}

EventDraft logoutEvent(const RequestContext &context, bool allDevices)
{
    return {.type = EventType::UserLogout, .subject = context.actor.user.uuid(), .payload = {{QStringLiteral("allDevices"), allDevices}}};
}

Problem withoutToken(const RequestContext &context)
{
    if (context.delivery.byCookie)
        return Problem(ProblemCode::Unauthenticated).withInternal(QStringLiteral("no cookie of a refresh token"));
    return Problem(ProblemCode::ValidationFailed)
        .withField({QStringLiteral("refreshToken"), FieldCode::Required, QStringLiteral("Must be given, unless it is in a cookie.")});
}

} // namespace

Result<Secret> SessionService::presented(const RequestContext &context, std::optional<Secret> inBody)
{
    if (inBody)
        return *std::move(inBody);
    if (context.delivery.refreshToken.isEmpty())
        return withoutToken(context);
    return context.delivery.refreshToken;
}

Task<Result<TokenResponse>> SessionService::refresh(const RequestContext &context, RefreshRequest request) const
{
    CO_TRY(const Secret token, presented(context, std::move(request.refreshToken)));
    CO_TRY(const RefreshTokenFacts facts, m_refreshTokens.read(token, context.now));
    CO_CHECK(m_tokens.isAble(context.now)); // or the client's token would be used up for nothing

    RefreshTokenFacts next = facts;
    ++next.generation;
    next.issuedAt = context.now;
    next.expiresAt = m_opener.refreshExpiry(context.now, facts.sessionExpiresAt);
    CO_TRY(Secret nextToken, m_refreshTokens.token(next));

    const RequestContext tenantContext = context.withTenant(facts.tenant());
    EventBatch events(tenantContext);
    events.add({.type = EventType::TokenRefreshed,
                .subject = facts.session.uuid(),
                .payload = {{QStringLiteral("generation"), next.generation}},
                .session = facts.session,
                .actor = facts.user});
    const SessionStore::Replacement replacement{.hash = RefreshTokens::hash(token),
                                                .nextHash = RefreshTokens::hash(nextToken),
                                                .nextExpiresAt = next.expiresAt,
                                                .grace = m_opener.lifetimes().refreshGrace,
                                                .events = events.json()};
    CO_TRY(const SessionStore::Rotation rotation, co_await SessionStore::rotate(m_database, tenantContext, facts, replacement));
    switch (rotation.outcome) {
    case SessionStore::Outcome::Retry:
        CO_CHECK(co_await recordRepeated(tenantContext, facts, rotation.generation));
        co_return respond(facts, rotation, std::nullopt, context.now);
    case SessionStore::Outcome::Rotated: // to the token whose hash is stored now: it and no other is the client's
        co_return respond(facts, rotation, std::move(nextToken), context.now);
    case SessionStore::Outcome::Reused:
        co_return co_await endReused(tenantContext, facts, rotation.generation);
    case SessionStore::Outcome::Invalid:
        co_return Problem(ProblemCode::InvalidRefreshToken).withInternal(QStringLiteral("ended, expired, unknown, or the account is not active"));
    }
    Q_UNREACHABLE();
}

Result<TokenResponse> SessionService::respond(const RefreshTokenFacts &facts, const SessionStore::Rotation &rotation,
                                              std::optional<Secret> refreshToken, Instant now) const
{
    const RefreshTokenFacts current{.user = facts.user,
                                    .session = facts.session,
                                    .organization = facts.organization,
                                    .generation = rotation.generation,
                                    .nonce = rotation.nonce,
                                    .issuedAt = rotation.rotatedAt,
                                    .expiresAt = rotation.expiresAt,
                                    .sessionExpiresAt = rotation.sessionExpiresAt};
    const Authentication authentication{.methods = rotation.authMethods, .time = rotation.authTime};
    TRY(TokenPair tokens,
        refreshToken ? m_tokens.issueWith(*std::move(refreshToken), current, rotation.roles, authentication, now)
                     : m_tokens.issue(current, rotation.roles, authentication, now));
    TokenResponse response;
    response.accessToken = std::move(tokens.accessToken);
    response.refreshToken = std::move(tokens.refreshToken);
    response.expiresIn = tokens.expiresIn;
    response.refreshExpiresIn = tokens.refreshExpiresIn;
    response.sessionId = facts.session;
    return response;
}

Task<Result<void>> SessionService::recordRepeated(const RequestContext &context, const RefreshTokenFacts &facts, int generation) const
{
    // The token in two places within seconds: a telephone that changes networks while an answer is lost, or a copy. Without knowing where on
    // earth addresses are nothing more can be said, so it is told and ends nothing.
    CO_TRY(const QHostAddress rotatedFrom, co_await m_database.read<QHostAddress>(context, [&](Tx &tx) {
        return SessionStore::rotatedFrom(tx, facts, context.now - m_opener.lifetimes().refreshGrace);
    }));
    const bool isElsewhere = !rotatedFrom.isNull() && limitNetwork(rotatedFrom) != limitNetwork(context.client.address);
    bool tell = false;
    if (isElsewhere) {
        const LimitSubject session = LimitSubject::of(UserId(facts.session.uuid()));
        const Rate once{.calls = 1, .window = m_suspicionWindow};
        tell = co_await m_limits.take("impossible_refresh", session, once, context.now);
    }
    EventBatch events(context);
    events.add({.type = EventType::TokenRefreshRepeated,
                .subject = facts.session.uuid(),
                .payload = {{QStringLiteral("generation"), generation}},
                .session = facts.session,
                .actor = facts.user});
    if (tell) {
        events.add({.type = EventType::SuspiciousActivityDetected,
                    .subject = facts.user.uuid(),
                    .payload = {{QStringLiteral("reason"), QStringLiteral("impossible_refresh")},
                                {QStringLiteral("generation"), facts.generation},
                                {QStringLiteral("currentGeneration"), generation},
                                {QStringLiteral("count"), QJsonValue::Null}},
                    .session = facts.session});
    }
    co_return co_await EventStore::record(m_database, context, events);
}

Task<Problem> SessionService::endReused(const RequestContext &context, const RefreshTokenFacts &facts, int currentGeneration) const
{
    const QString reason = QStringLiteral("token_reuse");
    EventBatch events(context);
    events.add({.type = EventType::SuspiciousActivityDetected,
                .subject = facts.user.uuid(),
                .payload = {{QStringLiteral("reason"), reason},
                            {QStringLiteral("generation"), facts.generation},
                            {QStringLiteral("currentGeneration"), currentGeneration},
                            {QStringLiteral("count"), QJsonValue::Null}},
                .session = facts.session});
    events.add(revokedEvent(facts.session, reason));
    const SessionStore::Ending ending{.tenant = facts.tenant().owner(),
                                      .session = facts.session,
                                      .user = facts.user,
                                      .reason = reason,
                                      .revokedUntil = m_tokens.accessEndsBy(context.now),
                                      .events = events.json()};
    const RequestContext inAnyCase = context.withoutDeadline();
    const auto refused = co_await m_database.write<void>(inAnyCase, [&](Tx &tx) -> Result<void> {
        CHECK(SessionStore::end(tx, ending));
        return tx.commitAnd(Problem(ProblemCode::RefreshTokenReused)); // the end of the session outlives the refusal
    });
    if (refused.problem().code == ProblemCode::RefreshTokenReused)
        m_revocations.revoke(Revocation::ofSession(facts.session, context.now, ending.revokedUntil));
    co_return refused.problem();
}

Task<Result<void>> SessionService::logout(const RequestContext &context, LogoutRequest request) const
{
    if (request.allDevices.value_or(false))
        co_return co_await endAll(context); // the session of the refresh token, if it is the person's, is one of them
    std::optional<RefreshTokenFacts> other;
    if (request.refreshToken)
        other = otherSession(context, *request.refreshToken);
    co_return co_await endTogether(context, other);
}

std::optional<RefreshTokenFacts> SessionService::otherSession(const RequestContext &context, const Secret &refreshToken) const
{
    Result<RefreshTokenFacts> facts = m_refreshTokens.read(refreshToken, context.now, RefreshTokens::Expired::Allowed);
    if (!facts || facts->user != context.actor.user) {
        log::debug("logout_token_ignored", context, {{"reason", facts ? QStringLiteral("another person's") : facts.problem().internal}});
        return std::nullopt;
    }
    return facts->session == context.actor.session ? std::nullopt : std::optional(*std::move(facts));
}

Task<Result<void>> SessionService::endTogether(const RequestContext &context, const std::optional<RefreshTokenFacts> &other) const
{
    SessionStore::JointEnding ending{.user = context.actor.user,
                                     .tenants = {context.tenant.owner()},
                                     .sessions = {context.actor.session},
                                     .reason = QStringLiteral("logout"),
                                     .revokedUntil = m_tokens.accessEndsBy(context.now),
                                     .events = {}};
    if (other) {
        ending.tenants.push_back(other->tenant().owner());
        ending.sessions.push_back(other->session);
    }
    EventBatch events(context);
    events.add(logoutEvent(context, false));
    for (const SessionId &session : ending.sessions)
        events.add(revokedEvent(session, ending.reason));
    ending.events = events.json();
    CO_CHECK(co_await m_database.write<void>(context, [&](Tx &tx) { return SessionStore::endTogether(tx, ending); }));
    for (const SessionId &session : ending.sessions)
        m_revocations.revoke(Revocation::ofSession(session, context.now, ending.revokedUntil));
    co_return Result<void>();
}

Task<Result<void>> SessionService::endAll(const RequestContext &context) const
{
    const QString reason = QStringLiteral("logout_all");
    EventBatch events(context);
    events.add(logoutEvent(context, true));
    events.add({.type = EventType::RefreshTokenRevoked, .subject = context.actor.user.uuid(), .payload = {{QStringLiteral("reason"), reason}}});
    const SessionStore::AllEnding ending{
        .user = context.actor.user, .reason = reason, .revokedUntil = m_tokens.accessEndsBy(context.now), .events = events.json()};
    CO_TRY(const std::vector<SessionId> later,
           co_await m_database.write<std::vector<SessionId>>(context, [&](Tx &tx) { return SessionStore::endAll(tx, ending); }));
    for (const SessionId &session : later)
        m_revocations.revoke(Revocation::ofSession(session, context.now, ending.revokedUntil));
    m_revocations.revoke(Revocation::ofUser(context.actor.user, context.now, ending.revokedUntil));
    co_return Result<void>();
}

Task<Result<MeResponse>> SessionService::me(const RequestContext &context) const
{
    co_return co_await SessionStore::current(m_database, context);
}

Result<VerifyResponse> SessionService::verify(const RequestContext &context)
{
    VerifyResponse response{.subject = context.actor.user, .session = context.actor.session, .organization = {}, .roles = context.actor.roles};
    if (!context.tenant.organization.isNil())
        response.organization = context.tenant.organization;
    return response;
}

} // namespace aegis
