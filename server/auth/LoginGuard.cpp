#include "server/auth/LoginGuard.h"

#include "server/crypto/Hmac.h"
#include "server/events/EventStore.h"

namespace aegis {
namespace {

EventDraft suspicion(const char *reason, const Account *account, int count)
{
    return {.type = EventType::SuspiciousActivityDetected,
            .subject = account ? account->user.id.uuid() : QUuid(),
            .payload = {{QStringLiteral("reason"), QString::fromLatin1(reason)},
                        {QStringLiteral("generation"), QJsonValue::Null},
                        {QStringLiteral("currentGeneration"), QJsonValue::Null},
                        {QStringLiteral("count"), count}}};
}

} // namespace

Task<Result<LoginAttempt>> LoginGuard::admit(const RequestContext &context, QString typedEmail) const
{
    const LoginSubjects subjects = m_throttle.subjectsOf(typedEmail, context.client.address);
    LoginThrottle::Answer answer = co_await m_throttle.begin(subjects, true, context.now);
    if (answer.admission.refusal == LoginAdmission::Refusal::Account && !m_throttle.rules().strict) {
        CO_TRY(const bool atHome, co_await isAtHome(context, typedEmail));
        if (atHome) {
            LoginThrottle::Answer again = co_await m_throttle.begin(subjects, false, context.now);
            if (again.attempt)
                co_return std::move(*again.attempt);
            answer.admission = again.admission;
        }
    }
    if (answer.attempt)
        co_return std::move(*answer.attempt);
    const auto wait = std::max(std::chrono::ceil<std::chrono::seconds>(answer.admission.wait), std::chrono::seconds(1));
    co_return Problem(ProblemCode::RateLimited).withRetryAfter(wait).withInternal(QStringLiteral("failed logins"));
}

/// Costs the same for an address that nobody has.
Task<Result<bool>> LoginGuard::isAtHome(const RequestContext &context, QString typedEmail) const
{
    const auto email = EmailAddress::parse(typedEmail);
    const QByteArray network = limitNetwork(context.client.address);
    if (!email || network.isEmpty())
        co_return false;
    using Found = std::optional<Account>;
    CO_TRY(const Found account, co_await AccountStore::find(m_database, context, *email));
    const UserId user = account ? account->user.id : UserId();
    const RequestContext ofPerson = context.withTenant({.organization = {}, .user = user});
    co_return co_await m_database.read<bool>(ofPerson, [&](Tx &tx) { return AccountLockStore::isAtHome(tx, user, network); });
}

Task<Result<bool>> LoginGuard::isLockedByFailures(const RequestContext &context, Account &account) const
{
    if (account.user.status != QLatin1String("locked"))
        co_return false;
    CO_TRY(const AccountLockService::LockState state, co_await m_locks.look(context, account.user.id));
    if (!state.isLocked)
        account.user.status = QStringLiteral("active");
    co_return state.byFailures;
}

Task<Problem> LoginGuard::fail(const RequestContext &context, LoginAttempt &attempt, const Account *account, const QString &typedEmail,
                               QLatin1String reason, ProblemCode answer) const
{
    const RequestContext inAnyCase = context.withoutDeadline();
    const auto email = EmailAddress::parse(typedEmail); // the same for each way to write it
    const QByteArray fingerprint = hmacSha256(m_emailFingerprintKey, (email ? email->text() : typedEmail.toLower()).toUtf8()).toHex();
    EventBatch failure(inAnyCase);
    failure.add({.type = EventType::UserLoginFailed,
                 .subject = account ? account->user.id.uuid() : QUuid(),
                 .payload = {{QStringLiteral("reason"), QString(reason)}, {QStringLiteral("emailFingerprint"), QString::fromLatin1(fingerprint)}}});
    auto recorded = co_await record(inAnyCase, attempt, account, failure);
    if (!recorded) // a failure that cannot be recorded cannot be counted: do not say whether the password was right
        co_return std::move(recorded).problem();
    co_return Problem(answer).withInternal(QString(reason));
}

Task<Result<void>> LoginGuard::record(const RequestContext &context, LoginAttempt &attempt, const Account *account, EventBatch &failure) const
{
    const bool locks = account && attempt.isLast();
    const LoginSuspicion suspicious = co_await attempt.fail();
    if (suspicious.manyAddresses)
        failure.add(suspicion("many_addresses_on_account", account, m_throttle.rules().suspiciousAddresses));
    if (suspicious.manyAccounts)
        failure.add(suspicion("many_accounts_from_address", nullptr, m_throttle.rules().suspiciousAccounts));
    if (locks)
        co_return co_await m_locks.lock(context, account->user, failure);
    co_return co_await EventStore::record(m_database, context, failure);
}

void LoginGuard::succeed(const RequestContext &context, const QString &email) const
{
    m_throttle.forget(m_throttle.subjectsOf(email, context.client.address), context.now);
}

} // namespace aegis
