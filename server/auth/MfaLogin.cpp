#include "server/auth/MfaLogin.h"

#include "server/auth/AuthResponses.h"
#include "server/auth/LoginEvents.h"

namespace aegis {

Task<Result<std::optional<MfaRequiredResponse>>> MfaLogin::begin(const RequestContext &context, const Account &account,
                                                                 const QByteArray &newPasswordHash) const
{
    const MfaChallengeFacts facts{
        .user = account.user.id, .challenge = TokenId::make(context.now), .issuedAt = context.now, .expiresAt = context.now + m_lifetime};
    CO_TRY(Secret token, m_tokens.token(facts));
    EventBatch events(context);
    events.add(firstFactorEvent(account.user.id, facts.expiresAt));
    if (!newPasswordHash.isEmpty())
        events.add(rehashedEvent(account.user.id, newPasswordHash));
    const MfaStore::LoginBegin login{.user = account.user.id,
                                     .passwordHash = account.passwordHash,
                                     .newPasswordHash = newPasswordHash,
                                     .challenge = facts.challenge,
                                     .expiresAt = facts.expiresAt,
                                     .events = events.json()};
    CO_TRY(const bool stored, co_await m_database.write<bool>(context, [&](Tx &tx) { return MfaStore::beginLogin(tx, login); }));
    if (!stored)
        co_return std::optional<MfaRequiredResponse>();
    MfaRequiredResponse response;
    response.mfaToken = std::move(token);
    response.expiresIn = m_lifetime.count();
    response.methods = QStringList{QStringLiteral("totp"), QStringLiteral("backupCode")};
    co_return std::optional(std::move(response));
}

Task<Result<AuthResponse>> MfaLogin::complete(const RequestContext &context, MfaChallengeRequest request) const
{
    using enum SecondFactor::Purpose;
    CO_TRY(const MfaChallengeFacts facts, m_tokens.read(request.mfaToken, context.now));
    const RequestContext ofPerson = context.withTenant({.organization = {}, .user = facts.user});
    CO_TRY(Account account, co_await find(ofPerson, facts.user));
    // What fails is told where wrong passwords are told: to the organization.
    const RequestContext inTenant = context.withTenant({.organization = account.organizationId(), .user = facts.user});
    const SecondFactorCode given{.code = std::move(request.code), .backupCode = std::move(request.backupCode)};
    CO_TRY(const SecondFactorProof proof, co_await m_factor.check(inTenant, Login, given, facts.challenge));
    // An organization that the person leaves at this moment is looked up once more.
    for (int attempt = 0; attempt < 2; ++attempt) {
        CO_TRY(Opened opened, co_await open(ofPerson, account, facts.challenge, proof));
        if (opened.response)
            co_return *std::move(opened.response);
        if (opened.outcome == MfaStore::LoginOutcome::Wrong)
            co_return co_await m_factor.refuseUsed(inTenant, Login, proof);
        if (opened.outcome == MfaStore::LoginOutcome::Invalid)
            break;
        CO_TRY(account, co_await find(ofPerson, facts.user));
    }
    co_return Problem(ProblemCode::InvalidMfaToken).withInternal(QStringLiteral("used, expired, or the account has changed"));
}

Task<Result<Account>> MfaLogin::find(const RequestContext &context, const UserId &user) const
{
    CO_TRY(auto account, co_await AccountStore::find(m_database, context, user));
    if (!account)
        co_return Problem(ProblemCode::InvalidMfaToken).withInternal(QStringLiteral("the account is gone"));
    co_return *std::move(account);
}

Task<Result<MfaLogin::Opened>> MfaLogin::open(const RequestContext &context, const Account &known, const TokenId &challenge,
                                              const SecondFactorProof &proof) const
{
    const UserId user = known.user.id;
    if (proof.codeHash && !known.organization) { // it has not been looked for yet, and lets nobody into an organization before it has
        CO_TRY(const bool isOne, co_await m_database.read<bool>(context, [&](Tx &tx) { return MfaStore::hasBackupCode(tx, user, *proof.codeHash); }));
        if (!isOne)
            co_return Opened{.outcome = MfaStore::LoginOutcome::Wrong, .response = {}};
    }
    Task<Result<Account>> activating = m_activation.letIn(context, known);
    CO_TRY(const Account account, co_await activating);
    const RequestContext inTenant = context.withTenant({.organization = account.organizationId(), .user = user});
    const QStringList methods{QStringLiteral("pwd"), QStringLiteral("otp")}; // RFC 8176; a backup code is a one-time password, too
    CO_TRY(OpenedSession session, m_opener.open(inTenant, account.roles, methods));

    EventBatch events(inTenant);
    events.add(loggedInEvent(user, session.id, methods));
    SecondFactor::addUse(events, inTenant, SecondFactor::Purpose::Login, proof);
    events.add(SessionOpener::createdEvent(inTenant, session, methods));
    const MfaStore::LoginEnd login{.user = user,
                                   .challenge = challenge,
                                   .proof = proof,
                                   .session = session.session,
                                   .refreshToken = session.refreshToken,
                                   .events = events.json()};
    CO_TRY(const MfaStore::LoginOutcome outcome,
           co_await m_database.write<MfaStore::LoginOutcome>(inTenant, [&](Tx &tx) { return MfaStore::completeLogin(tx, login); }));
    if (outcome != MfaStore::LoginOutcome::Done)
        co_return Opened{.outcome = outcome, .response = {}};
    m_guard.succeed(context, account.user.email);
    Opened opened{.outcome = outcome, .response = authResponse(account.user, account.organization, std::move(session))};
    co_return opened;
}

} // namespace aegis
