#include "server/auth/RegistrationRows.h"

#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "shared/permissions/BuiltInRoles.h"

namespace aegis {
namespace {

QString methodOf(const NewAccount &account)
{
    if (account.organization)
        return QStringLiteral("signup");
    return account.invitedTo.isNil() ? QStringLiteral("register") : QStringLiteral("invitation");
}

QByteArray registrationEvents(const RequestContext &context, const NewAccount &account, const RegistrationIds &ids, const OpenedSession &session,
                              const QStringList &authMethods, const QString &organizationStatus)
{
    EventBatch events(context);
    const auto add = [&](EventType type, const QUuid &subject, const QJsonObject &payload) {
        events.add({.type = type, .subject = subject, .payload = payload, .session = session.id, .actor = ids.user});
    };
    if (account.organization) {
        add(EventType::OrganizationCreated, ids.organization.uuid(),
            {{QStringLiteral("name"), account.organization->name},
             {QStringLiteral("slug"), account.organization->slug.text()},
             {QStringLiteral("status"), organizationStatus}});
    }
    add(EventType::UserCreated, ids.user.uuid(),
        {{QStringLiteral("email"), account.email.text()},
         {QStringLiteral("firstName"), rowjson::text(account.firstName)},
         {QStringLiteral("lastName"), rowjson::text(account.lastName)},
         {QStringLiteral("status"), activeStatus},
         {QStringLiteral("managedBy"), rowjson::id(ids.organization)},
         {QStringLiteral("method"), methodOf(account)},
         {QStringLiteral("emailVerified"), false}});
    if (account.organization) {
        add(EventType::UserRoleCreated, ids.user.uuid(),
            {{QStringLiteral("role"), ownerRoleName}, {QStringLiteral("roleId"), rowjson::id(ids.ownerRole)}});
    }
    events.add(SessionOpener::createdEvent(context, session, authMethods));
    if (account.organization) {
        add(EventType::OrganizationSignupCompleted, ids.organization.uuid(),
            {{QStringLiteral("slug"), account.organization->slug.text()}, {QStringLiteral("ownerId"), rowjson::id(ids.user)}});
    }
    return events.json();
}

} // namespace

RegistrationIds RegistrationIds::make(const NewAccount &account, Instant now)
{
    RegistrationIds ids;
    ids.user = UserId::make(now);
    ids.organization = account.invitedTo;
    if (account.organization) {
        ids.organization = OrganizationId::make(now);
        ids.ownerRole = RoleId::make(now);
    }
    return ids;
}

AccountStore::Registration registrationRows(const RequestContext &context, const NewAccount &account, const RegistrationIds &ids,
                                            const QByteArray &passwordHash, const OpenedSession &session, const QStringList &authMethods,
                                            const QString &organizationStatus)
{
    const QJsonValue now = rowjson::time(context.now);
    AccountStore::Registration rows;
    rows.user = {
        {QStringLiteral("id"), rowjson::id(ids.user)},
        {QStringLiteral("email"), account.email.text()},
        {QStringLiteral("password_hash"), QString::fromLatin1(passwordHash)},
        {QStringLiteral("status"), activeStatus},
        {QStringLiteral("managed_by"), rowjson::id(ids.organization)},
        {QStringLiteral("password_changed_at"), now},
        {QStringLiteral("created_at"), now},
        {QStringLiteral("updated_at"), now},
    };
    rows.profile = {
        {QStringLiteral("user_id"), rowjson::id(ids.user)},
        {QStringLiteral("first_name"), rowjson::text(account.firstName)},
        {QStringLiteral("last_name"), rowjson::text(account.lastName)},
        {QStringLiteral("updated_at"), now},
    };
    if (account.organization) {
        rows.organization = {
            {QStringLiteral("id"), rowjson::id(ids.organization)},
            {QStringLiteral("slug"), account.organization->slug.text()},
            {QStringLiteral("status"), organizationStatus},
            {QStringLiteral("created_at"), now},
            {QStringLiteral("updated_at"), now},
        };
        rows.details = {
            {QStringLiteral("organization_id"), rowjson::id(ids.organization)},
            {QStringLiteral("name"), account.organization->name},
            {QStringLiteral("updated_at"), now},
        };
        rows.role = {
            {QStringLiteral("organization_id"), rowjson::id(ids.organization)},
            {QStringLiteral("id"), rowjson::id(ids.ownerRole)},
            {QStringLiteral("name"), ownerRoleName},
            {QStringLiteral("system"), true},
            {QStringLiteral("created_at"), now},
        };
        rows.membership = {
            {QStringLiteral("organization_id"), rowjson::id(ids.organization)},
            {QStringLiteral("user_id"), rowjson::id(ids.user)},
            {QStringLiteral("role_id"), rowjson::id(ids.ownerRole)},
            {QStringLiteral("created_at"), now},
        };
    }
    rows.session = session.session;
    rows.refreshToken = session.refreshToken;
    rows.events = registrationEvents(context, account, ids, session, authMethods, organizationStatus);
    return rows;
}

UserDto newUser(const NewAccount &account, const RegistrationIds &ids, Instant now)
{
    return {.id = ids.user,
            .email = account.email.text(),
            .firstName = account.firstName,
            .lastName = account.lastName,
            .status = activeStatus,
            .emailVerified = false,
            .createdAt = now};
}

std::optional<OrganizationDto> newOrganization(const NewAccount &account, const RegistrationIds &ids, Instant now, const QString &status)
{
    if (!account.organization)
        return std::nullopt;
    return OrganizationDto{
        .id = ids.organization, .name = account.organization->name, .slug = account.organization->slug.text(), .status = status, .createdAt = now};
}

} // namespace aegis
