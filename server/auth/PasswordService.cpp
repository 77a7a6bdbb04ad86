#include "server/auth/PasswordService.h"

#include "server/events/EventBatch.h"
#include "server/log/Log.h"

namespace aegis {
namespace {

QByteArray changedEvents(const RequestContext &context, const UserId &user, const char *method)
{
    EventBatch events(context);
    events.add({.type = EventType::UserPasswordChanged,
                .subject = user.uuid(),
                .payload = {{QStringLiteral("method"), QString::fromLatin1(method)}},
                .actor = user});
    events.add({.type = EventType::RefreshTokenRevoked,
                .subject = user.uuid(),
                .payload = {{QStringLiteral("reason"), QStringLiteral("password_") + QLatin1String(method)}},
                .actor = user});
    return events.json();
}

} // namespace

Task<Result<NoContent>> PasswordService::change(const RequestContext &context, PasswordChangeRequest request) const
{
    CO_TRY(const Account account, co_await PasswordStore::ofPerson(m_database, context));
    CO_TRY(LoginAttempt counted, co_await m_guard.admit(context, account.user.email));
    if (account.passwordHash.isEmpty()) {
        CO_CHECK(co_await m_hasher.verifyDecoy(request.currentPassword, m_guard.decoyCost(account.user.email), context.deadline));
        co_return co_await failChange(context, counted, account, QLatin1String("no_password"));
    }
    CO_TRY(const PasswordVerdict verdict, co_await m_hasher.verify(request.currentPassword, account.passwordHash, context.deadline));
    if (verdict.unusable)
        log::error("password_hash_unusable", context, {{"user", QString::fromLatin1(account.user.id.text())}});
    if (!verdict.matches)
        co_return co_await failChange(context, counted, account, QLatin1String("wrong_current_password"));

    const auto email = EmailAddress::parse(account.user.email);
    if (!email)
        co_return Problem(ProblemCode::Internal).withInternal(QStringLiteral("an account has an address that is none"));
    CO_TRY(const QByteArray newHash, co_await hashNew(context, account, request.newPassword));
    PasswordStore::Change change{.user = account.user.id,
                                 .oldHash = account.passwordHash,
                                 .newHash = newHash,
                                 .session = context.actor.session,
                                 .revokedUntil = m_tokens.accessEndsBy(context.now),
                                 .mail = {},
                                 .events = changedEvents(context, account.user.id, "change")};
    CO_TRY(change.mail, m_mails.passwordChanged(context, *email));
    using Ended = std::optional<std::vector<SessionId>>;
    CO_TRY(const Ended ended, co_await PasswordStore::change(m_database, context, change));
    if (!ended) // the password that was given is not the present one (any more)
        co_return co_await failChange(context, counted, account, QLatin1String("account_changed"));
    counted.succeed();
    revokeSessions(context, *ended, change.revokedUntil);
    co_return NoContent();
}

Task<Result<NoContent>> PasswordService::reset(const RequestContext &context, PasswordResetRequest request) const
{
    const auto token = EmailToken::parse(request.token);
    if (!token)
        co_return Problem(ProblemCode::InvalidMailToken).withInternal(QStringLiteral("no token of ours"));
    const RequestContext asPerson = context.withTenant({.organization = {}, .user = token->user});
    CO_TRY(const Account account, co_await PasswordStore::ofResetToken(m_database, asPerson, *token));
    const auto email = EmailAddress::parse(account.user.email);
    if (!email)
        co_return Problem(ProblemCode::Internal).withInternal(QStringLiteral("an account has an address that is none"));
    CO_TRY(const QByteArray newHash, co_await hashNew(context, account, request.newPassword));

    const RequestContext inTenant = context.withTenant({.organization = account.organizationId(), .user = token->user});
    PasswordStore::Reset reset{.token = *token,
                               .newHash = newHash,
                               .revokedUntil = m_tokens.accessEndsBy(context.now),
                               .mail = {},
                               .events = changedEvents(inTenant, token->user, "reset")};
    CO_TRY(reset.mail, m_mails.passwordChanged(inTenant, *email));
    using Later = std::optional<std::vector<SessionId>>;
    CO_TRY(const Later later, co_await PasswordStore::reset(m_database, inTenant, reset));
    if (!later)
        co_return Problem(ProblemCode::InvalidMailToken).withInternal(QStringLiteral("used at the same moment"));
    revokeSessions(context, *later, reset.revokedUntil);
    m_revocations.revoke(Revocation::ofUser(token->user, context.now, reset.revokedUntil));
    co_return NoContent();
}

Task<Result<QByteArray>> PasswordService::hashNew(const RequestContext &context, const Account &account, Secret password) const
{
    const PasswordIdentity identity{.email = account.user.email, .organizationName = account.organization ? account.organization->name : QString()};
    auto hash = co_await m_hasher.hashNew(std::move(password), m_policy, identity, context.deadline);
    if (hash)
        co_return *std::move(hash);
    Problem problem = std::move(hash).problem();
    for (FieldError &error : problem.fields)
        error.field = QStringLiteral("newPassword");
    co_return problem;
}

Task<Problem> PasswordService::failChange(const RequestContext &context, LoginAttempt &attempt, const Account &account, QLatin1String reason) const
{
    co_return co_await m_guard.fail(context, attempt, &account, account.user.email, reason, ProblemCode::InvalidCredentials);
}

void PasswordService::revokeSessions(const RequestContext &context, const std::vector<SessionId> &sessions, Instant until) const
{
    for (const SessionId &session : sessions)
        m_revocations.revoke(Revocation::ofSession(session, context.now, until));
}

} // namespace aegis
