#include "server/auth/Reauthentication.h"

#include "server/sessions/OwnSessionStore.h"

namespace aegis {

Task<Result<ReauthenticateResponse>> Reauthentication::reauthenticate(const RequestContext &context, ReauthenticateRequest request) const
{
    using enum SecondFactor::Purpose;
    CO_CHECK(m_tokens.isAble(context.now)); // or a code would be used up for nothing
    CO_TRY(ProvenPassword proven, co_await m_login.prove(context, request.password));
    const Account &account = proven.account;
    QStringList methods{QStringLiteral("pwd")};
    SecondFactorProof proof;
    if (account.hasSecondFactor) {
        const SecondFactorCode given{.code = std::move(request.code), .backupCode = std::move(request.backupCode)};
        CO_TRY(proof, co_await m_factor.check(context, Reauthenticate, given));
        methods.append(QStringLiteral("otp"));
    }

    EventBatch events(context);
    events.add({.type = EventType::UserReauthenticated,
                .subject = account.user.id.uuid(),
                .payload = {{QStringLiteral("methods"), QJsonArray::fromStringList(methods)}}});
    SecondFactor::addUse(events, context, Reauthenticate, proof);
    const OwnSessionStore::Reauthentication change{.user = account.user.id,
                                                   .session = context.actor.session,
                                                   .passwordHash = account.passwordHash,
                                                   .step = proof.step,
                                                   .codeHash = proof.codeHash,
                                                   .methods = methods,
                                                   .events = events.json()};
    CO_TRY(const OwnSessionStore::Reauthenticated done,
           co_await m_database.write<OwnSessionStore::Reauthenticated>(context, [&](Tx &tx) { return OwnSessionStore::reauthenticate(tx, change); }));
    switch (done.outcome) {
    case OwnSessionStore::Outcome::Done:
        proven.attempt.succeed();
        break;
    case OwnSessionStore::Outcome::Wrong:
        co_return co_await m_factor.refuseUsed(context, Reauthenticate, proof);
    case OwnSessionStore::Outcome::Changed:
        co_return Problem(ProblemCode::InvalidCredentials).withInternal(QStringLiteral("the account has changed"));
    case OwnSessionStore::Outcome::Ended:
        co_return Problem(ProblemCode::InvalidToken).withInternal(QStringLiteral("the session has ended"));
    }

    const AccessGrant grant{.user = account.user.id,
                            .session = context.actor.session,
                            .organization = context.tenant.organization,
                            .roles = done.roles,
                            .authMethods = methods,
                            .authTime = context.now,
                            .token = {}};
    CO_TRY(auto access, m_tokens.issueAccess(grant, context.now, done.sessionExpiresAt));
    ReauthenticateResponse response;
    response.accessToken = std::move(access.token);
    response.expiresIn = access.expiresIn;
    response.authTime = context.now;
    response.sessionId = context.actor.session;
    co_return response;
}

} // namespace aegis
