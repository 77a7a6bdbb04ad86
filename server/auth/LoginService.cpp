#include "server/auth/LoginService.h"

#include "server/auth/AuthResponses.h"
#include "server/auth/LoginEvents.h"
#include "server/log/Log.h"

#include <QtCore/QJsonArray>

namespace aegis {
namespace {

constexpr QLatin1String unknownEmail("unknown_email");
constexpr QLatin1String noPassword("no_password");
constexpr QLatin1String wrongPassword("wrong_password");
constexpr QLatin1String accountUnavailable("account_unavailable");
constexpr QLatin1String accountLocked("account_locked");
constexpr QLatin1String accountChanged("account_changed");

Tenant tenantOf(const Account &account)
{
    return {.organization = account.organizationId(), .user = account.user.id};
}

} // namespace

Task<Result<LoginResponse>> LoginService::login(const RequestContext &context, LoginRequest request) const
{
    CO_TRY(LoginAttempt counted, co_await m_guard.admit(context, request.email));
    const auto email = EmailAddress::parse(request.email);
    std::optional<Account> account;
    // An account that changes while its password is compared is looked at once more: another login at the same moment may
    // only have renewed the hash.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (email) {
            CO_TRY(account, co_await AccountStore::find(m_database, context, *email));
        }
        if (!account || account->passwordHash.isEmpty()) {
            CO_CHECK(co_await m_hasher.verifyDecoy(request.password, m_guard.decoyCost(request.email), context.deadline));
            co_return co_await fail(context, counted, account ? &*account : nullptr, request.email, account ? noPassword : unknownEmail,
                                    ProblemCode::InvalidCredentials);
        }

        CO_TRY(const PasswordVerdict verdict, co_await m_hasher.verify(request.password, account->passwordHash, context.deadline));
        if (verdict.unusable)
            log::error("password_hash_unusable", context, {{"user", QString::fromLatin1(account->user.id.text())}});
        if (!verdict.matches)
            co_return co_await fail(context, counted, &*account, request.email, wrongPassword, ProblemCode::InvalidCredentials);
        CO_TRY(const bool isLocked, co_await m_guard.isLockedByFailures(context, *account));
        if (isLocked) // as a wrong one: or guessing would go on, and tell when it has succeeded
            co_return co_await fail(context, counted, &*account, request.email, accountLocked, ProblemCode::InvalidCredentials);
        if (!account->isActive())
            co_return co_await fail(context, counted, &*account, request.email, accountUnavailable, ProblemCode::AccountUnavailable);

        QByteArray newHash;
        if (verdict.needsRehash)
            newHash = co_await renewed(context, *account, request.password);
        if (!account->hasSecondFactor) { // who has one has not proved enough yet
            Task<Result<Account>> task = m_activation.letIn(context, *account);
            CO_TRY(account, co_await task);
        }
        CO_TRY(std::optional<LoginResponse> response, co_await open(context, *account, newHash));
        if (response) {
            // Half a login is no failure, and no success either: its attempt is given back, and what was counted before it stays.
            if (std::holds_alternative<AuthResponse>(*response))
                counted.succeed();
            co_return *std::move(response);
        }
    }
    co_return co_await fail(context, counted, &*account, request.email, accountChanged, ProblemCode::InvalidCredentials);
}

Task<Result<ProvenPassword>> LoginService::prove(const RequestContext &context, const Secret &password) const
{
    CO_TRY(std::optional<Account> account, co_await AccountStore::find(m_database, context, context.actor.user));
    if (!account || account->passwordHash.isEmpty())
        co_return Problem(ProblemCode::InvalidCredentials).withInternal(account ? QString(noPassword) : QStringLiteral("the account is gone"));
    const QString email = account->user.email;
    CO_TRY(LoginAttempt counted, co_await m_guard.admit(context, email));
    CO_TRY(const PasswordVerdict verdict, co_await m_hasher.verify(password, account->passwordHash, context.deadline));
    if (!verdict.matches)
        co_return co_await fail(context, counted, &*account, email, wrongPassword, ProblemCode::InvalidCredentials);
    if (!account->isActive())
        co_return co_await fail(context, counted, &*account, email, accountUnavailable, ProblemCode::InvalidCredentials);
    ProvenPassword proven{.account = *std::move(account), .attempt = std::move(counted)};
    co_return proven;
}

Task<QByteArray> LoginService::renewed(const RequestContext &context, const Account &account, const Secret &password) const
{
    auto hash = co_await m_hasher.hash(password, context.deadline);
    if (hash)
        co_return *std::move(hash);
    log::warning("password_not_rehashed", context,
                 {{"user", QString::fromLatin1(account.user.id.text())}, {"problem", problemInfo(hash.problem().code).name}});
    co_return QByteArray();
}

Task<Result<std::optional<LoginResponse>>> LoginService::open(const RequestContext &context, const Account &account,
                                                              const QByteArray &newPasswordHash) const
{
    const RequestContext inTenant = context.withTenant(tenantOf(account));
    if (account.hasSecondFactor) {
        CO_TRY(std::optional<MfaRequiredResponse> demand, co_await m_mfa.begin(inTenant, account, newPasswordHash));
        co_return demand ? std::optional<LoginResponse>(*std::move(demand)) : std::nullopt;
    }
    const QStringList methods{QStringLiteral("pwd")};
    CO_TRY(OpenedSession session, m_opener.open(inTenant, account.roles, methods));

    EventBatch events(inTenant);
    events.add(loggedInEvent(account.user.id, session.id, methods));
    events.add(SessionOpener::createdEvent(inTenant, session, methods));
    if (!newPasswordHash.isEmpty())
        events.add(rehashedEvent(account.user.id, newPasswordHash, session.id));
    const AccountStore::Login login{.user = account.user.id,
                                    .passwordHash = account.passwordHash,
                                    .newPasswordHash = newPasswordHash,
                                    .session = session.session,
                                    .refreshToken = session.refreshToken,
                                    .events = events.json()};
    CO_TRY(const bool done, co_await AccountStore::completeLogin(m_database, inTenant, login));
    if (!done)
        co_return std::optional<LoginResponse>();
    co_return std::optional<LoginResponse>(authResponse(account.user, account.organization, std::move(session)));
}

Task<Problem> LoginService::fail(const RequestContext &context, LoginAttempt &attempt, const Account *account, const QString &typedEmail,
                                 QLatin1String reason, ProblemCode answer) const
{
    const RequestContext inTenant = account ? context.withTenant(tenantOf(*account)) : context;
    co_return co_await m_guard.fail(inTenant, attempt, account, typedEmail, reason, answer);
}

} // namespace aegis
