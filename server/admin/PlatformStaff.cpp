#include "server/admin/PlatformStaff.h"

#include "server/auth/EmailToken.h"
#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"

namespace aegis {
namespace {

EventDraft roleEvent(EventType type, const UserId &user, const QString &role)
{
    return {.type = type, .subject = user.uuid(), .payload = {{QStringLiteral("role"), role}, {QStringLiteral("by"), QStringLiteral("operator")}}};
}

QByteArray roleEvents(const RequestContext &context, EventType type, const UserId &user, const QString &role)
{
    return EventBatch(context).add(roleEvent(type, user, role)).json();
}

QByteArray createdEvents(const RequestContext &context, const UserId &user, const EmailAddress &email, const QString &role)
{
    EventBatch events(context);
    events.add({.type = EventType::UserCreated,
                .subject = user.uuid(),
                .payload = {{QStringLiteral("email"), email.text()},
                            {QStringLiteral("firstName"), QJsonValue::Null},
                            {QStringLiteral("lastName"), QJsonValue::Null},
                            {QStringLiteral("status"), QStringLiteral("active")},
                            {QStringLiteral("managedBy"), QJsonValue::Null},
                            {QStringLiteral("method"), QStringLiteral("operator")},
                            {QStringLiteral("emailVerified"), true}}});
    events.add(roleEvent(EventType::PlatformRoleGranted, user, role));
    return events.json();
}

QJsonObject accountRow(const UserId &user, const EmailAddress &email, Instant now)
{
    const QJsonValue moment = rowjson::time(now);
    return {{QStringLiteral("id"), rowjson::id(user)},
            {QStringLiteral("email"), email.text()},
            {QStringLiteral("status"), QStringLiteral("active")},
            {QStringLiteral("email_verified_at"), moment},
            {QStringLiteral("password_changed_at"), moment},
            {QStringLiteral("created_at"), moment},
            {QStringLiteral("updated_at"), moment}};
}

Problem nobody(const EmailAddress &email)
{
    return Problem(ProblemCode::NotFound, QStringLiteral("nobody has an account with the address %1").arg(email.text()));
}

} // namespace

Result<Secret> PlatformStaff::create(const EmailAddress &email, const QString &role, Instant now)
{
    const UserId user = UserId::make(now);
    TRY(const EmailToken token, EmailToken::make(user));
    const RequestContext context = RequestContext::forSystem(now).withTenant({.organization = {}, .user = user});
    auto made = m_session.write<void>(context, [&](Tx &tx) -> Result<void> {
        const QJsonObject profile{{QStringLiteral("user_id"), rowjson::id(user)}, {QStringLiteral("updated_at"), rowjson::time(now)}};
        CHECK(PlatformStaffStore::addAccount(tx, accountRow(user, email, now), profile,
                                             token.row(EmailToken::Kind::PasswordReset, email.text(), now, now + setupLifetime)));
        TRY(const bool granted,
            PlatformStaffStore::grant(tx, PlatformStaffStore::By::Operator, user, role, createdEvents(context, user, email, role)));
        return granted ? Result<void>() : Problem(ProblemCode::Internal).withInternal(QStringLiteral("a new account has a role already"));
    });
    if (!made && made.problem().code == ProblemCode::EmailTaken)
        return Problem(
            ProblemCode::EmailTaken,
            QStringLiteral("somebody has an account with the address %1 already: if it is the person that you mean, `aegisd admin grant %1`")
                .arg(email.text()));
    CHECK(std::move(made));
    return token.text;
}

Result<void> PlatformStaff::grant(const EmailAddress &email, const QString &role, Unverified unverified, Instant now)
{
    const RequestContext context = RequestContext::forSystem(now);
    return m_session.write<void>(context, [&](Tx &tx) -> Result<void> {
        TRY(const auto account, PlatformStaffStore::accountOf(tx, email.text()));
        if (!account)
            return nobody(email);
        const UserId user = account->user;
        if (!account->isActive)
            return Problem(ProblemCode::Conflict, QStringLiteral("the account of %1 is locked or suspended").arg(email.text()));
        if (!account->isVerified && unverified == Unverified::Refused)
            return Problem(
                ProblemCode::EmailNotVerified,
                QStringLiteral("nobody has shown that %1 is theirs: whoever registered it may be somebody else. If you know that it is the "
                               "right person, add --unverified")
                    .arg(email.text()));
        TRY(const bool granted,
            PlatformStaffStore::grant(tx, PlatformStaffStore::By::Operator, user, role,
                                      roleEvents(context, EventType::PlatformRoleGranted, user, role)));
        if (!granted)
            return Problem(ProblemCode::Conflict, QStringLiteral("%1 has the role %2 already").arg(email.text(), role));
        return {};
    });
}

Result<void> PlatformStaff::revoke(const EmailAddress &email, const QString &role, Instant now)
{
    const RequestContext context = RequestContext::forSystem(now);
    return m_session.write<void>(context, [&](Tx &tx) -> Result<void> {
        TRY(const auto account, PlatformStaffStore::accountOf(tx, email.text()));
        if (!account)
            return nobody(email);
        const UserId user = account->user;
        TRY(const PlatformStaffStore::Revoked revoked,
            PlatformStaffStore::revoke(tx, PlatformStaffStore::By::Operator, user, role,
                                       roleEvents(context, EventType::PlatformRoleRevoked, user, role)));
        switch (revoked) {
        case PlatformStaffStore::Revoked::Done:
            return {};
        case PlatformStaffStore::Revoked::Last:
            return Problem(ProblemCode::Conflict,
                           QStringLiteral("%1 is the last one who administers the platform: make another one first").arg(email.text()));
        case PlatformStaffStore::Revoked::None:
            break;
        }
        return Problem(ProblemCode::NotFound, QStringLiteral("%1 does not have the role %2").arg(email.text(), role));
    });
}

Result<std::vector<PlatformStaffStore::Member>> PlatformStaff::list(Instant now)
{
    return m_session.read<std::vector<PlatformStaffStore::Member>>(RequestContext::forSystem(now), PlatformStaffStore::all);
}

} // namespace aegis
