#include "server/invitations/OrganizationCreation.h"

#include "server/admin/AdminScopeStore.h"
#include "server/auth/RegistrationRows.h"
#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "server/organizations/ManagedOrganizationStore.h"
#include "shared/permissions/BuiltInRoles.h"
#include "shared/text/DisplayName.h"
#include "shared/text/Slug.h"

namespace aegis {

Task<Result<ManagedOrganizationResponse>> OrganizationCreation::create(const RequestContext &context, OrganizationCreateRequest request) const
{
    const auto name = parseDisplayName(request.name, maxOrganizationNameLength);
    const auto slug = Slug::parse(request.slug);
    const auto email = EmailAddress::parse(request.ownerEmail);
    if (!name || !slug || !email)
        co_return Problem(ProblemCode::ValidationFailed).withInternal(QStringLiteral("an organization whose texts the decoder has not checked"));
    const OrganizationId id = OrganizationId::make(context.now);
    const RequestContext there = context.withTenant({.organization = id, .user = context.tenant.user});
    auto work = [&, scope = AdminScopeStore::of(context, Permission::OrganizationCreate)](Tx &tx) -> Result<ManagedOrganizationResponse> {
        CHECK(scope.enter(tx));
        const QJsonValue now = rowjson::time(context.now);
        EventBatch events(tx.context());
        events.add({.type = EventType::OrganizationCreated,
                    .subject = id.uuid(),
                    .payload = {{QStringLiteral("name"), *name}, {QStringLiteral("slug"), slug->text()}, {QStringLiteral("status"), activeStatus}}});
        CHECK(ManagedOrganizationStore::add(
            tx,
            {{QStringLiteral("id"), rowjson::id(id)},
             {QStringLiteral("slug"), slug->text()},
             {QStringLiteral("status"), activeStatus},
             {QStringLiteral("created_at"), now},
             {QStringLiteral("updated_at"), now}},
            {{QStringLiteral("organization_id"), rowjson::id(id)}, {QStringLiteral("name"), *name}, {QStringLiteral("updated_at"), now}},
            events.json()));
        CHECK(m_invitations.invite(tx, slug->text(), *email, {ownerRoleName}));
        TRY(ManagedOrganizationDto organization, ManagedOrganizationStore::get(tx, scope, id));
        const QString tag = entityTagOf(organization.version);
        return ManagedOrganizationResponse{.organization = std::move(organization), .etag = tag};
    };
    Task<Result<ManagedOrganizationResponse>> writing = m_calls.once<ManagedOrganizationResponse>(context, there, work);
    co_return co_await writing;
}

} // namespace aegis
