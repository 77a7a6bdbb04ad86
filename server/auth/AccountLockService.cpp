#include "server/auth/AccountLockService.h"

#include "server/db/RowJson.h"
#include "server/events/EventStore.h"

namespace aegis {
namespace {

constexpr int locksATime = 500;

QByteArray unlockedEvents(const RequestContext &context, const UserId &user, const char *reason)
{
    EventBatch events(context);
    events.add(
        {.type = EventType::UserAccountUnlocked, .subject = user.uuid(), .payload = {{QStringLiteral("reason"), QString::fromLatin1(reason)}}});
    return events.json();
}

} // namespace

Task<Result<void>> AccountLockService::lock(const RequestContext &context, const UserDto &user, const EventBatch &failure) const
{
    const auto email = EmailAddress::parse(user.email);
    if (!email)
        co_return Problem(ProblemCode::Internal).withInternal(QStringLiteral("an account has an address that is none"));
    AccountLockStore::Lock lock{.user = user.id,
                                .until = context.now + m_throttle.rules().lock,
                                .revokedUntil = m_tokens.accessEndsBy(context.now),
                                .events = {},
                                .mail = {}};
    RequestContext toOwner = context; // in the person's language: who has caused this is somebody else
    CO_TRY(toOwner.client.languages,
           co_await m_database.read<QByteArray>(context, [&](Tx &tx) { return AccountLockStore::languageOf(tx, user.id); }));
    CO_TRY(lock.mail, m_mails.accountLocked(toOwner, *email, lock.until));
    EventBatch events(context);
    events.add({.type = EventType::UserAccountLocked,
                .subject = user.id.uuid(),
                .payload = {{QStringLiteral("reason"), QStringLiteral("failed_logins")},
                            {QStringLiteral("failures"), m_throttle.rules().accountFailures},
                            {QStringLiteral("until"), rowjson::time(lock.until)},
                            {QStringLiteral("note"), QJsonValue::Null}}});
    events.add({.type = EventType::RefreshTokenRevoked,
                .subject = user.id.uuid(),
                .payload = {{QStringLiteral("reason"), QStringLiteral("account_locked")}}});
    lock.events = events.json();
    using Later = std::optional<std::vector<SessionId>>;
    CO_TRY(const Later later, co_await m_database.write<Later>(context, [&](Tx &tx) -> Result<Later> {
        CHECK(EventStore::append(tx, failure));
        return AccountLockStore::lock(tx, lock);
    }));
    if (!later)
        co_return Result<void>();
    for (const SessionId &session : *later)
        m_revocations.revoke(Revocation::ofSession(session, context.now, lock.revokedUntil));
    m_revocations.revoke(Revocation::ofUser(user.id, context.now, lock.revokedUntil));
    co_return Result<void>();
}

Task<Result<void>> AccountLockService::unlock(const RequestContext &context, const UserId &user) const
{
    // The rows are the person's; whether the organization may touch them is asked in the same transaction.
    const RequestContext ofPerson = context.withTenant({.organization = context.tenant.organization, .user = user});
    const QByteArray events = unlockedEvents(ofPerson, user, "administrator");
    using Email = std::optional<QString>;
    CO_TRY(const Email email, co_await m_database.write<Email>(ofPerson, [&](Tx &tx) {
        return AccountLockStore::unlock(tx, user, AccountLockStore::By::Administrator, events);
    }));
    if (!email)
        co_return ProblemCode::NotFound;
    co_await m_throttle.forgetAccount(*email, context.now);
    co_return Result<void>();
}

Task<Result<AccountLockService::LockState>> AccountLockService::look(const RequestContext &context, const UserId &user) const
{
    const RequestContext ofPerson = context.withTenant({.organization = {}, .user = user});
    using Until = std::optional<Instant>;
    CO_TRY(const Until until, co_await m_database.read<Until>(ofPerson, [&](Tx &tx) { return AccountLockStore::lockedUntil(tx, user); }));
    if (!until || *until > context.now)
        co_return LockState{.isLocked = true, .byFailures = until.has_value()};
    const QByteArray events = unlockedEvents(ofPerson, user, "timer");
    using Email = std::optional<QString>;
    CO_CHECK(
        co_await m_database.write<Email>(ofPerson, [&](Tx &tx) { return AccountLockStore::unlock(tx, user, AccountLockStore::By::Timer, events); }));
    co_return LockState{.isLocked = false, .byFailures = false};
}

Result<qint64> AccountLockService::unlockExpired(DatabaseSession &session, Instant now, const std::function<Result<void>()> &betweenSteps)
{
    using Email = std::optional<QString>;
    const RequestContext context = RequestContext::forSystem(now);
    qint64 unlocked = 0;
    for (;;) {
        TRY(const std::vector<UserId> users,
            session.read<std::vector<UserId>>(context, [](Tx &tx) { return AccountLockStore::expired(tx, locksATime); }));
        qint64 inPage = 0;
        for (const UserId &user : users) {
            const RequestContext ofPerson = context.withTenant({.organization = {}, .user = user});
            const QByteArray events = unlockedEvents(ofPerson, user, "timer");
            TRY(const Email email,
                session.write<Email>(ofPerson, [&](Tx &tx) { return AccountLockStore::unlock(tx, user, AccountLockStore::By::Timer, events); }));
            inPage += email ? 1 : 0;
            if (betweenSteps)
                CHECK(betweenSteps());
        }
        unlocked += inPage;
        if (inPage < locksATime) // none are left, or another instance takes them
            return unlocked;
    }
}

} // namespace aegis
