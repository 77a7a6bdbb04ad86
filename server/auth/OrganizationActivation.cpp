#include "server/auth/OrganizationActivation.h"

#include "server/auth/EmailVerificationStore.h"
#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"

namespace aegis {

Task<Result<Account>> OrganizationActivation::letIn(const RequestContext &context, Account account) const
{
    if (m_isRequired || account.organization)
        co_return account;
    const UserId user = account.user.id;
    const RequestContext asPerson = context.withTenant({.organization = {}, .user = user});
    CO_TRY(const OrganizationId organization, co_await EmailVerificationStore::managing(m_database, asPerson));
    if (organization.isNil())
        co_return account;

    const RequestContext inTenant = context.withTenant({.organization = organization, .user = user});
    EventBatch events(inTenant);
    events.add({.type = EventType::OrganizationActivated,
                .subject = organization.uuid(),
                .payload = {{QStringLiteral("ownerId"), rowjson::id(user)}, {QStringLiteral("reason"), QStringLiteral("not_required")}},
                .actor = user});
    const QByteArray written = events.json();
    CO_TRY(const bool isActivated, co_await EmailVerificationStore::activate(m_database, inTenant, written));
    if (!isActivated)
        co_return account;
    CO_TRY(std::optional<Account> found, co_await AccountStore::find(m_database, asPerson, user));
    if (found)
        co_return *std::move(found);
    co_return account;
}

} // namespace aegis
