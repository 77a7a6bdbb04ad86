#include "server/auth/RegistrationService.h"

#include "server/auth/AuthResponses.h"
#include "server/auth/RegistrationRows.h"
#include "shared/json/JsonDecoder.h"
#include "shared/json/JsonEncoder.h"
#include "shared/permissions/BuiltInRoles.h"

namespace aegis {

Task<Result<RegistrationResponse>> RegistrationService::signup(const RequestContext &context, SignupRequest request) const
{
    CO_TRY(NewAccount account, NewAccount::from(std::move(request)));
    co_return co_await make(context, std::move(account));
}

Task<Result<RegistrationResponse>> RegistrationService::registerPerson(const RequestContext &context, RegisterRequest request) const
{
    CO_TRY(NewAccount account, NewAccount::from(std::move(request)));
    co_return co_await make(context, std::move(account));
}

Task<Result<RegistrationResponse>> RegistrationService::make(const RequestContext &context, NewAccount account) const
{
    if (context.idempotency) {
        CO_TRY(auto earlier, co_await earlierAnswer(context));
        if (earlier)
            co_return *std::move(earlier);
    }
    const PasswordIdentity identity{.email = account.email.text(), .organizationName = account.organization ? account.organization->name : QString()};
    CO_TRY(const QByteArray hash, co_await m_hasher.hashNew(account.password, m_policy, identity, context.deadline));
    CO_TRY(Prepared prepared, prepare(context, account, hash));

    const RequestContext tenantContext = context.withTenant(prepared.tenant);
    CO_TRY(const bool stored, co_await AccountStore::add(m_database, tenantContext, prepared.rows));
    if (stored)
        co_return std::move(prepared.response);

    // The same key was used at the same moment, and the other call was first: its answer is ours.
    CO_TRY(auto earlier, co_await earlierAnswer(context));
    if (!earlier)
        co_return Problem(ProblemCode::IdempotencyInProgress).withRetryAfter(std::chrono::seconds(1));
    co_return *std::move(earlier);
}

Task<Result<std::optional<RegistrationResponse>>> RegistrationService::earlierAnswer(const RequestContext &context) const
{
    CO_TRY(const auto answer, co_await m_database.read<std::optional<QByteArray>>(context, [&](Tx &tx) { return m_idempotency.answer(tx); }));
    if (!answer)
        co_return std::optional<RegistrationResponse>();
    CO_TRY(RegistrationResponse response, decode<RegistrationResponse>(*answer));
    response.isReplayed = true;
    co_return std::optional(std::move(response));
}

Result<RegistrationService::Prepared> RegistrationService::prepare(const RequestContext &context, const NewAccount &account,
                                                                   const QByteArray &passwordHash) const
{
    const RegistrationIds ids = RegistrationIds::make(account, context.now);
    Prepared prepared;
    prepared.tenant = {.organization = ids.organization, .user = ids.user};
    const RequestContext tenantContext = context.withTenant(prepared.tenant);

    const bool isPending = account.organization && m_verification == EmailVerificationMode::Required;
    const QString &status = isPending ? pendingStatus : activeStatus;
    const QStringList roles = account.organization && !isPending ? QStringList{ownerRoleName} : QStringList();
    const QStringList methods{QStringLiteral("pwd")};
    const RequestContext sessionContext = isPending ? context.withTenant({.organization = {}, .user = ids.user}) : tenantContext;
    TRY(OpenedSession session, m_opener.open(sessionContext, roles, methods));
    prepared.rows = registrationRows(tenantContext, account, ids, passwordHash, session, methods, status);
    prepared.response = {authResponse(newUser(account, ids, context.now), newOrganization(account, ids, context.now, status), std::move(session))};
    if (m_verification != EmailVerificationMode::Off) {
        TRY(AccountMails::WithToken mail, m_mails.withToken(tenantContext, EmailToken::Kind::EmailVerification, ids.user, account.email));
        prepared.rows.emailToken = std::move(mail.token);
        prepared.rows.mail = std::move(mail.mail);
    }
    if (context.idempotency) {
        TRY(prepared.rows.idempotencyKey, m_idempotency.row(context, Secret(encode(prepared.response))));
    }
    return prepared;
}

} // namespace aegis
