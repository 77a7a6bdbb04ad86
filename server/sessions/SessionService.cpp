#include "server/sessions/SessionService.h"

#include "server/events/EventBatch.h"

#include <QtCore/QJsonObject>

namespace aegis {
namespace {

Tenant tenantOf(const RefreshTokenFacts &facts)
{
    return {.organization = facts.organization, .user = facts.user};
}

EventDraft revokedEvent(const SessionId &session, const QString &reason)
{
    return {.type = EventType::RefreshTokenRevoked, .subject = session.uuid(), .payload = {{QStringLiteral("reason"), reason}}, .session = session};
}

} // namespace

Task<Result<TokenResponse>> SessionService::refresh(const RequestContext &context, RefreshRequest request) const
{
    CO_TRY(const RefreshTokenFacts facts, m_refreshTokens.read(request.refreshToken, context.now));

    RefreshTokenFacts next = facts;
    ++next.generation;
    next.issuedAt = context.now;
    next.expiresAt = m_opener.refreshExpiry(context.now, facts.sessionExpiresAt);
    CO_TRY(const Secret nextToken, m_refreshTokens.token(next));

    const RequestContext tenantContext = context.withTenant(tenantOf(facts));
    EventBatch events(tenantContext);
    events.add({.type = EventType::TokenRefreshed,
                .subject = facts.session.uuid(),
                .payload = {{QStringLiteral("generation"), next.generation}},
                .session = facts.session,
                .actor = facts.user});
    const QByteArray eventJson = events.json();
    const QByteArray hash = RefreshTokens::hash(request.refreshToken);
    const QByteArray nextHash = RefreshTokens::hash(nextToken);
    const auto grace = m_opener.lifetimes().refreshGrace;

    auto answer = co_await m_database.write<SessionStore::Rotation>(
        tenantContext, [&](Tx &tx) { return SessionStore::rotate(tx, facts, hash, nextHash, next.expiresAt, grace, eventJson); });
    if (!answer)
        co_return std::move(answer).problem();
    const SessionStore::Rotation &rotation = *answer;
    switch (rotation.outcome) {
    case SessionStore::Outcome::Rotated:
    case SessionStore::Outcome::Retry:
        co_return respond(facts, rotation, context.now);
    case SessionStore::Outcome::Reused: {
        auto ended = co_await endReused(tenantContext, facts, rotation.generation);
        if (!ended)
            co_return std::move(ended).problem();
        co_return Problem(ProblemCode::RefreshTokenReused);
    }
    case SessionStore::Outcome::Invalid:
        co_return Problem(ProblemCode::InvalidRefreshToken).withInternal(QStringLiteral("ended, expired, unknown, or the account is not active"));
    }
    Q_UNREACHABLE();
}

Result<TokenResponse> SessionService::respond(const RefreshTokenFacts &facts, const SessionStore::Rotation &rotation, Instant now) const
{
    const RefreshTokenFacts current{.user = facts.user,
                                    .session = facts.session,
                                    .organization = facts.organization,
                                    .generation = rotation.generation,
                                    .nonce = rotation.nonce,
                                    .issuedAt = rotation.rotatedAt,
                                    .expiresAt = rotation.expiresAt,
                                    .sessionExpiresAt = rotation.sessionExpiresAt};
    const AccessGrant grant{.user = facts.user,
                            .session = facts.session,
                            .organization = facts.organization,
                            .roles = rotation.roles,
                            .authMethods = rotation.authMethods,
                            .authTime = rotation.authTime,
                            .token = {}};
    TokenResponse response;
    TRY(response.refreshToken, m_refreshTokens.token(current));
    TRY(response.accessToken, m_accessTokens.issue(grant, now, rotation.sessionExpiresAt));
    const auto secondsLeft = [now](Instant end) { return qint64(std::chrono::floor<std::chrono::seconds>(end - now).count()); };
    response.expiresIn = std::min<qint64>(m_accessTokens.lifetime().count(), secondsLeft(rotation.sessionExpiresAt));
    response.refreshExpiresIn = secondsLeft(rotation.expiresAt);
    response.sessionId = facts.session;
    return response;
}

Task<Result<void>> SessionService::endReused(const RequestContext &context, const RefreshTokenFacts &facts, int currentGeneration) const
{
    const QString reason = QStringLiteral("token_reuse");
    EventBatch events(context);
    events.add({.type = EventType::SuspiciousActivityDetected,
                .subject = facts.user.uuid(),
                .payload = {{QStringLiteral("reason"), reason},
                            {QStringLiteral("generation"), facts.generation},
                            {QStringLiteral("currentGeneration"), currentGeneration}},
                .session = facts.session});
    events.add(revokedEvent(facts.session, reason));
    const SessionStore::Ending ending{.tenant = facts.tenant(),
                                      .session = facts.session,
                                      .user = facts.user,
                                      .reason = reason,
                                      .revokedUntil = revokedUntil(context.now),
                                      .events = events.json()};
    auto ended = co_await m_database.write<bool>(context, [&](Tx &tx) { return SessionStore::end(tx, ending); });
    if (!ended)
        co_return std::move(ended).problem();
    m_revocations.revoke(facts.session.uuid(), ending.revokedUntil);
    co_return Result<void>();
}

Task<Result<void>> SessionService::logout(const RequestContext &context, LogoutRequest request) const
{
    const UserId user = context.actor.user;
    const bool allDevices = request.allDevices.value_or(false);
    std::vector<SessionStore::Open> wanted{{.tenant = ownerOf(context.tenant), .session = context.actor.session}};
    if (request.refreshToken) {
        CO_TRY(const RefreshTokenFacts facts, m_refreshTokens.read(*request.refreshToken, context.now, RefreshTokens::Expired::Allowed));
        if (facts.user != user)
            co_return Problem(ProblemCode::InvalidRefreshToken).withInternal(QStringLiteral("another person's"));
        if (facts.session != context.actor.session)
            wanted.push_back({.tenant = facts.tenant(), .session = facts.session});
    }

    const QString reason = allDevices ? QStringLiteral("logout_all") : QStringLiteral("logout");
    const Instant until = revokedUntil(context.now);
    auto ended = co_await m_database.write<std::vector<SessionStore::Open>>(context, [&](Tx &tx) -> Result<std::vector<SessionStore::Open>> {
        std::vector<SessionStore::Open> sessions = wanted;
        if (allDevices) {
            TRY(sessions, SessionStore::openOf(tx, user));
        }
        bool first = true;
        for (const SessionStore::Open &open : sessions) {
            EventBatch events(context);
            if (first)
                events.add({.type = EventType::UserLogout, .subject = user.uuid(), .payload = {{QStringLiteral("allDevices"), allDevices}}});
            events.add(revokedEvent(open.session, reason));
            TRY(const bool endedNow,
                SessionStore::end(tx,
                                  {.tenant = open.tenant,
                                   .session = open.session,
                                   .user = user,
                                   .reason = reason,
                                   .revokedUntil = until,
                                   .events = events.json()}));
            first = first && !endedNow;
        }
        return sessions;
    });
    if (!ended)
        co_return std::move(ended).problem();
    for (const SessionStore::Open &open : *ended)
        m_revocations.revoke(open.session.uuid(), until);
    co_return Result<void>();
}

Task<Result<MeResponse>> SessionService::me(const RequestContext &context) const
{
    co_return co_await m_database.read<MeResponse>(
        context, [&](Tx &tx) { return SessionStore::current(tx, ownerOf(context.tenant), context.actor.session, context.actor.user); });
}

Result<VerifyResponse> SessionService::verify(const RequestContext &context)
{
    VerifyResponse response{.subject = context.actor.user, .session = context.actor.session, .organization = {}, .roles = context.actor.roles};
    if (!context.tenant.organization.isNil())
        response.organization = context.tenant.organization;
    return response;
}

Instant SessionService::revokedUntil(Instant now) const
{
    return now + m_accessTokens.lifetime() + std::chrono::minutes(1);
}

} // namespace aegis
