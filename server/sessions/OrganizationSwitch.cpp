#include "server/sessions/OrganizationSwitch.h"

#include "server/events/EventBatch.h"

#include <algorithm>

namespace aegis {

Task<Result<OwnMembershipsResponse>> OrganizationSwitch::list(const RequestContext &context) const
{
    using Memberships = std::vector<OwnMembershipDto>;
    auto read = [](Tx &tx) { return OwnMembershipStore::all(tx); };
    CO_TRY(Memberships memberships, co_await m_parts.database.read<Memberships>(context, read));
    for (OwnMembershipDto &membership : memberships)
        membership.current = membership.organization.id == context.tenant.organization;
    co_return OwnMembershipsResponse{std::move(memberships)};
}

Task<Result<AuthResponse>> OrganizationSwitch::go(const RequestContext &context, OrganizationSwitchRequest request) const
{
    CO_TRY(Secret token, SessionService::presented(context, std::move(request.refreshToken)));
    CO_CHECK(m_parts.tokens.isAble(context.now)); // or the session would end for nothing
    // A token that is not the current one gets what a refresh says of it: the session ends, or a parent of moments ago gets the current one.
    for (int attempt = 0; attempt < 2; ++attempt) {
        CO_TRY(const RefreshTokenFacts facts, m_parts.refreshTokens.read(token, context.now));
        if (facts.organization == request.organization)
            co_return Problem(ProblemCode::Conflict, QStringLiteral("The session is in it."));
        const RequestContext there = context.withTenant({.organization = request.organization, .user = facts.user});
        auto work = [&](Tx &tx) { return change(tx, there, facts, token); };
        CO_TRY(Gone gone, co_await m_parts.database.write<Gone>(there, work));
        switch (gone.outcome) {
        case Outcome::Done:
            m_parts.revocations.revoke(Revocation::ofSession(facts.session, context.now, m_parts.tokens.accessEndsBy(context.now)));
            co_return std::move(gone.response);
        case Outcome::NotMember:
            co_return ProblemCode::NotFound;
        case Outcome::Ended:
            co_return Problem(ProblemCode::InvalidRefreshToken).withInternal(QStringLiteral("ended, expired, or the account is not active"));
        case Outcome::Stale:
            break;
        }
        RefreshRequest refreshing;
        refreshing.refreshToken = token;
        Task<Result<TokenResponse>> task = m_parts.sessions.refresh(context, std::move(refreshing));
        CO_TRY(TokenResponse refreshed, co_await task);
        if (!refreshed.refreshToken)
            co_return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a refresh gave no token"));
        token = *std::move(refreshed.refreshToken);
    }
    co_return Problem(ProblemCode::Conflict, QStringLiteral("The session is being used by others."));
}

Result<OrganizationSwitch::Gone> OrganizationSwitch::change(Tx &tx, const RequestContext &there, const RefreshTokenFacts &facts,
                                                            const Secret &token) const
{
    TRY(const std::vector<OwnMembershipDto> memberships, OwnMembershipStore::all(tx));
    const auto membership = std::find_if(memberships.begin(), memberships.end(), [&there](const OwnMembershipDto &one) {
        return one.organization.id == there.tenant.organization && one.organization.status == QLatin1String("active");
    });
    TRY(const auto old, OwnMembershipStore::session(tx, facts.user, facts.session));
    if (!old)
        return Gone{.outcome = Outcome::Ended, .response = {}};
    if (membership == memberships.end())
        return Gone{.outcome = Outcome::NotMember, .response = {}};
    TRY(UserDto user, OwnMembershipStore::person(tx, facts.user));
    TRY(OpenedSession session, m_parts.opener.goOn(there, membership->roles, old->auth, old->expiresAt));

    const RequestContext before = there.withTenant(facts.tenant());
    EventBatch ends(before), begins(there);
    ends.add({.type = EventType::RefreshTokenRevoked,
              .subject = facts.session.uuid(),
              .payload = {{QStringLiteral("reason"), QStringLiteral("switched")}},
              .session = facts.session,
              .actor = facts.user});
    begins.add(SessionOpener::createdEvent(there, session, old->auth.methods));
    TRY(const Outcome outcome,
        OwnMembershipStore::switchSession(tx,
                                          {.old = facts.tenant().owner(),
                                           .session = facts.session,
                                           .user = facts.user,
                                           .hash = RefreshTokens::hash(token),
                                           .methods = old->auth.methods,
                                           .newSession = session.session,
                                           .refreshToken = session.refreshToken,
                                           .revokedUntil = m_parts.tokens.accessEndsBy(there.now),
                                           .endEvents = ends.json(),
                                           .events = begins.json()}));
    return Gone{.outcome = outcome,
                .response = {.user = std::move(user),
                             .organization = membership->organization,
                             .accessToken = std::move(session.tokens.accessToken),
                             .refreshToken = std::move(session.tokens.refreshToken),
                             .expiresIn = session.tokens.expiresIn,
                             .refreshExpiresIn = session.tokens.refreshExpiresIn,
                             .sessionId = session.id}};
}

} // namespace aegis
