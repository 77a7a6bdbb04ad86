#include "server/users/ManagedUserService.h"

#include "server/db/RowJson.h"
#include "server/http/EntityVersion.h"
#include "server/sessions/FreshAuthentication.h"

namespace aegis {
namespace {

using Change = ManagedUserStore::Change;
using Changed = ManagedUserStore::Changed;

/// How often a change looks again because somebody else was faster.
constexpr int mostAttempts = 3;

ManagedUserResponse responseOf(ManagedUserDto user)
{
    const QString tag = entityTagOf(user.version);
    return {.user = std::move(user), .etag = tag};
}

QJsonObject statusOf(const QString &status, const std::optional<Instant> &lockedUntil)
{
    return {{QStringLiteral("status"), status},
            {QStringLiteral("lockedUntil"), lockedUntil ? rowjson::time(*lockedUntil) : QJsonValue(QJsonValue::Null)}};
}

void tellSessionsEnd(EventBatch &events, const UserId &user, const char *reason)
{
    events.add(
        {.type = EventType::RefreshTokenRevoked, .subject = user.uuid(), .payload = {{QStringLiteral("reason"), QString::fromLatin1(reason)}}});
}

/// The context of a mail to the person, whose language it is in.
Result<RequestContext> toPerson(Tx &tx, const UserId &user)
{
    RequestContext context = tx.context();
    TRY(context.client.languages, ManagedUserStore::languageOf(tx, user));
    return context;
}

Result<EmailAddress> addressOf(const ManagedUserDto &user)
{
    auto email = EmailAddress::parse(user.email);
    if (!email)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("an account has an address that is none"));
    return *std::move(email);
}

Problem refusalOf(ManagedUserStore::Outcome outcome, ProblemCode whenUnchanged)
{
    using enum ManagedUserStore::Outcome;
    switch (outcome) {
    case Foreign:
        return Problem(ProblemCode::Forbidden, QStringLiteral("It is not your organization that decides about this account."));
    case Unchanged:
        return Problem(whenUnchanged);
    case LastOwner:
        return Problem(ProblemCode::LastOwner);
    case LastAdministrator:
        return Problem(ProblemCode::LastAdministrator);
    default:
        return Problem(ProblemCode::NotFound);
    }
}

} // namespace

Task<Result<ManagedUserPage>> ManagedUserService::list(const RequestContext &context, ListPageRequest request) const
{
    auto read = [scope = AdminScopeStore::of(context, Permission::UserRead), request = std::move(request)](Tx &tx) -> Result<ManagedUserPage> {
        CHECK(scope.enter(tx));
        return ManagedUserStore::list(tx, scope, request);
    };
    co_return co_await m_parts.database.read<ManagedUserPage>(context, std::move(read));
}

Task<Result<ManagedUserResponse>> ManagedUserService::get(const RequestContext &context, ManagedUserRequest request) const
{
    Task<Result<ManagedUserDto>> task = look(context, Permission::UserRead, request.id);
    CO_TRY(ManagedUserDto user, co_await task);
    co_return responseOf(std::move(user));
}

Task<Result<ManagedUserDto>> ManagedUserService::look(const RequestContext &context, Permission permission, UserId user) const
{
    auto read = [scope = AdminScopeStore::of(context, permission), user](Tx &tx) -> Result<ManagedUserDto> {
        CHECK(scope.enter(tx));
        return ManagedUserStore::get(tx, scope, user);
    };
    co_return co_await m_parts.database.read<ManagedUserDto>(context, read);
}

Task<Result<ManagedUserResponse>> ManagedUserService::carryOut(const RequestContext &context, Measure measure) const
{
    Task<Result<std::optional<ManagedUserResponse>>> earlier = m_calls.earlierAnswer<ManagedUserResponse>(context);
    CO_TRY(std::optional<ManagedUserResponse> known, co_await earlier);
    if (known)
        co_return *std::move(known);
    if (measure.wantsFreshLogin)
        CO_CHECK(requireFreshAuthentication(context, m_parts.freshFor));
    for (int attempts = 1;; ++attempts) {
        Task<Result<ManagedUserDto>> looking = look(context, measure.permission, measure.user);
        CO_TRY(const ManagedUserDto before, co_await looking);
        if (!fitsVersion(measure.ifMatch, before.version))
            co_return Problem(ProblemCode::PreconditionFailed).withCurrent(encode(before));
        // The rows are the person's, the events the managing organization's.
        const bool isEverywhere = context.authority.reachOf(measure.permission) == Reach::Everywhere;
        const Tenant tenant{.organization = isEverywhere ? before.managedBy.value_or(OrganizationId()) : context.tenant.organization,
                            .user = measure.user};
        const RequestContext ofPerson = context.withTenant(tenant);
        std::vector<SessionId> later;
        auto work = [&](Tx &tx) { return attempt(tx, context, measure, before, later); };
        Task<Result<ManagedUserResponse>> writing = m_calls.write<ManagedUserResponse>(context, ofPerson, work);
        Result<ManagedUserResponse> written = co_await writing;
        if (!written && written.problem().code == ProblemCode::PreconditionFailed && attempts < mostAttempts)
            continue; // look again: with If-Match it is told then
        if (!written && written.problem().code == ProblemCode::PreconditionFailed)
            co_return Problem(ProblemCode::Conflict, QStringLiteral("It is being changed by others.")).withCurrent(encode(before));
        if (!written)
            co_return std::move(written).problem();
        const Instant accessEnds = m_parts.tokens.accessEndsBy(context.now);
        for (const SessionId &session : later)
            m_parts.revocations.revoke(Revocation::ofSession(session, context.now, accessEnds));
        if (measure.endsSessions)
            m_parts.revocations.revoke(Revocation::ofUser(measure.user, context.now, accessEnds));
        co_return written;
    }
}

Result<ManagedUserResponse> ManagedUserService::attempt(Tx &tx, const RequestContext &context, const Measure &measure, const ManagedUserDto &before,
                                                        std::vector<SessionId> &later) const
{
    const AdminScopeStore scope = AdminScopeStore::of(context, measure.permission);
    CHECK(scope.enter(tx));
    if (!scope.isEverywhere()) {
        TRY(const PermissionSet theirs, ManagedUserStore::permissionsOf(tx, measure.user));
        if (!context.authority.organization.containsAll(theirs))
            return Problem(ProblemCode::Forbidden, QStringLiteral("The person may do more than you may."));
    }
    const Change change{
        .user = measure.user, .version = before.version, .revokedUntil = m_parts.tokens.accessEndsBy(context.now), .events = QByteArray()};
    TRY(Changed changed, measure.act(tx, change, before));
    if (changed.outcome == ManagedUserStore::Outcome::Stale)
        return ProblemCode::PreconditionFailed;
    if (changed.outcome != ManagedUserStore::Outcome::Done)
        return refusalOf(changed.outcome, measure.whenUnchanged).withCurrent(encode(before));
    later = std::move(changed.later);
    TRY(ManagedUserDto after, ManagedUserStore::get(tx, scope, measure.user));
    return responseOf(std::move(after));
}

Task<Result<ManagedUserResponse>> ManagedUserService::lock(const RequestContext &context, AccountLockRequest request) const
{
    if (request.until && *request.until <= context.now)
        co_return Problem(ProblemCode::ValidationFailed)
            .withField({QStringLiteral("until"), FieldCode::Range, QStringLiteral("Must be in the future.")});
    auto act = [note = request.note, until = request.until](Tx &tx, Change change, const ManagedUserDto &) -> Result<Changed> {
        EventBatch events(tx.context());
        events.add({.type = EventType::UserAccountLocked,
                    .subject = change.user.uuid(),
                    .payload = {{QStringLiteral("reason"), QStringLiteral("administrator")},
                                {QStringLiteral("failures"), QJsonValue::Null},
                                {QStringLiteral("until"), until ? rowjson::time(*until) : QJsonValue(QJsonValue::Null)},
                                {QStringLiteral("note"), note}}});
        tellSessionsEnd(events, change.user, "account_locked");
        change.events = events.json();
        TRY(Changed changed,
            ManagedUserStore::setStatus(tx, change, {QStringLiteral("active"), QStringLiteral("locked")}, QLatin1String("locked"), until));
        return changed;
    };
    Measure measure{.user = request.id, .ifMatch = request.ifMatch, .permission = Permission::UserLock, .endsSessions = true, .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedUserResponse>> ManagedUserService::unlock(const RequestContext &context, AccountReliefRequest request) const
{
    auto act = [](Tx &tx, Change change, const ManagedUserDto &) -> Result<Changed> {
        EventBatch events(tx.context());
        events.add({.type = EventType::UserAccountUnlocked,
                    .subject = change.user.uuid(),
                    .payload = {{QStringLiteral("reason"), QStringLiteral("administrator")}}});
        change.events = events.json();
        return ManagedUserStore::setStatus(tx, change, {QStringLiteral("locked")}, QLatin1String("active"));
    };
    Measure measure{.user = request.id, .ifMatch = request.ifMatch, .permission = Permission::UserLock, .act = std::move(act)};
    Task<Result<ManagedUserResponse>> task = carryOut(context, std::move(measure));
    CO_TRY(ManagedUserResponse response, co_await task);
    Task<void> forgetting = m_parts.throttle.forgetAccount(response.user.email, context.now);
    co_await forgetting;
    co_return response;
}

Task<Result<ManagedUserResponse>> ManagedUserService::suspend(const RequestContext &context, AccountMeasureRequest request) const
{
    auto act = [note = request.note](Tx &tx, Change change, const ManagedUserDto &before) -> Result<Changed> {
        EventBatch events(tx.context());
        events.add({.type = EventType::UserSuspended,
                    .subject = change.user.uuid(),
                    .payload = {{QStringLiteral("note"), note},
                                {QStringLiteral("before"), statusOf(before.status, before.lockedUntil)},
                                {QStringLiteral("after"), statusOf(QStringLiteral("suspended"), {})}}});
        tellSessionsEnd(events, change.user, "account_suspended");
        change.events = events.json();
        return ManagedUserStore::setStatus(tx, change, {QStringLiteral("active"), QStringLiteral("locked")}, QLatin1String("suspended"));
    };
    Measure measure{
        .user = request.id, .ifMatch = request.ifMatch, .permission = Permission::UserSuspend, .endsSessions = true, .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedUserResponse>> ManagedUserService::reactivate(const RequestContext &context, AccountReliefRequest request) const
{
    auto act = [](Tx &tx, Change change, const ManagedUserDto &before) -> Result<Changed> {
        EventBatch events(tx.context());
        events.add({.type = EventType::UserReactivated,
                    .subject = change.user.uuid(),
                    .payload = {{QStringLiteral("before"), statusOf(before.status, before.lockedUntil)},
                                {QStringLiteral("after"), statusOf(QStringLiteral("active"), {})}}});
        change.events = events.json();
        return ManagedUserStore::setStatus(tx, change, {QStringLiteral("suspended")}, QLatin1String("active"));
    };
    Measure measure{.user = request.id, .ifMatch = request.ifMatch, .permission = Permission::UserSuspend, .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedUserResponse>> ManagedUserService::resetPassword(const RequestContext &context, AccountMeasureRequest request) const
{
    auto act = [this, note = request.note](Tx &tx, Change change, const ManagedUserDto &before) -> Result<Changed> {
        TRY(const EmailAddress email, addressOf(before));
        TRY(const RequestContext mailing, toPerson(tx, change.user));
        TRY(const AccountMails::WithToken mail, m_parts.mails.passwordResetForced(mailing, change.user, email));
        EventBatch events(tx.context());
        events.add({.type = EventType::UserPasswordResetForced,
                    .subject = change.user.uuid(),
                    .payload = {{QStringLiteral("note"), note}, {QStringLiteral("expiresAt"), rowjson::time(mail.expiresAt)}}});
        tellSessionsEnd(events, change.user, "password_reset_forced");
        change.events = events.json();
        return ManagedUserStore::forcePasswordReset(tx, change, mail.token, mail.mail);
    };
    Measure measure{
        .user = request.id, .ifMatch = request.ifMatch, .permission = Permission::UserPasswordReset, .endsSessions = true, .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedUserResponse>> ManagedUserService::resetMfa(const RequestContext &context, AccountMeasureRequest request) const
{
    auto act = [this, note = request.note](Tx &tx, Change change, const ManagedUserDto &before) -> Result<Changed> {
        TRY(const EmailAddress email, addressOf(before));
        TRY(const auto factor, ManagedUserStore::secondFactor(tx, change.user));
        if (!factor)
            return Changed{.outcome = ManagedUserStore::Outcome::Unchanged, .later = {}};
        TRY(const RequestContext mailing, toPerson(tx, change.user));
        TRY(const QJsonObject mail, m_parts.mails.mfaReset(mailing, email));
        EventBatch events(tx.context());
        events.add({.type = EventType::MfaReset,
                    .subject = change.user.uuid(),
                    .payload = {{QStringLiteral("note"), note},
                                {QStringLiteral("before"),
                                 QJsonObject{{QStringLiteral("method"), QStringLiteral("totp")},
                                             {QStringLiteral("since"), rowjson::time(factor->since)},
                                             {QStringLiteral("backupCodes"), factor->backupCodes}}},
                                {QStringLiteral("after"), QJsonValue::Null}}});
        tellSessionsEnd(events, change.user, "mfa_reset");
        change.events = events.json();
        return ManagedUserStore::resetSecondFactor(tx, change, mail);
    };
    Measure measure{.user = request.id,
                    .ifMatch = request.ifMatch,
                    .permission = Permission::UserMfaReset,
                    .whenUnchanged = ProblemCode::MfaNotEnabled,
                    .wantsFreshLogin = true,
                    .endsSessions = true,
                    .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

} // namespace aegis
