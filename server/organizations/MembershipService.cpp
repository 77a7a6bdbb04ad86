#include "server/organizations/MembershipService.h"

#include "server/events/EventBatch.h"
#include "server/events/EventStore.h"
#include "server/organizations/ManagedOrganizationStore.h"

#include <QtCore/QJsonArray>

namespace aegis {
namespace {

using Outcome = MembershipStore::Outcome;

/// Whether the caller may do all that the roles allow, where the change is made.
Result<void> mayHandle(Tx &tx, const QStringList &roles)
{
    const Authority &authority = tx.context().authority;
    const PermissionSet own = authority.reachOf(Permission::MemberManage) == Reach::Everywhere ? authority.platform : authority.organization;
    for (const QString &role : roles) {
        TRY(const auto allowed, MembershipStore::permissionsOf(tx, role));
        if (!allowed)
            return ProblemCode::NotFound;
        if (!own.containsAll(*allowed))
            return Problem(ProblemCode::Forbidden, QStringLiteral("%1 allows more than you may.").arg(role));
    }
    return {};
}

QByteArray revokedEvents(const RequestContext &context, const UserId &user, const QStringList &roles)
{
    EventBatch events(context);
    for (const QString &role : roles)
        events.add({.type = EventType::UserRoleRevoked, .subject = user.uuid(), .payload = {{QStringLiteral("role"), role}}});
    return events.json();
}

} // namespace

Task<Result<MembershipResponse>> MembershipService::carryOut(const RequestContext &context, OrganizationId organization, Work work) const
{
    Task<Result<std::optional<MembershipResponse>>> asking = m_calls.earlierAnswer<MembershipResponse>(context);
    CO_TRY(std::optional<MembershipResponse> earlier, co_await asking);
    if (earlier)
        co_return *std::move(earlier);
    const AdminScopeStore scope = AdminScopeStore::of(context, Permission::MemberManage);
    if (!scope.isEverywhere() && organization != context.tenant.organization)
        co_return Problem(ProblemCode::NotFound);
    const RequestContext inOrganization = context.withTenant({.organization = organization, .user = context.tenant.user});
    std::vector<SessionId> ended;
    auto step = [&](Tx &tx) -> Result<MembershipResponse> {
        ended.clear(); // it may run again
        CHECK(scope.enter(tx));
        CHECK(ManagedOrganizationStore::get(tx, scope, organization)); // it is there
        return work(tx, ended);
    };
    Task<Result<MembershipResponse>> writing = m_calls.write<MembershipResponse>(context, inOrganization, step);
    CO_TRY(MembershipResponse response, co_await writing);
    m_sessions.announce(context, ended);
    co_return response;
}

Task<Result<MembershipResponse>> MembershipService::grant(const RequestContext &context, MemberRoleRequest request) const
{
    auto work = [request](Tx &tx, std::vector<SessionId> &) -> Result<MembershipResponse> {
        CHECK(mayHandle(tx, {request.role}));
        TRY(const RoleId role, MembershipStore::ensureRole(tx, request.role));
        EventBatch events(tx.context());
        events.add({.type = EventType::UserRoleCreated,
                    .subject = request.user.uuid(),
                    .payload = {{QStringLiteral("role"), request.role}, {QStringLiteral("roleId"), QString::fromLatin1(role.text())}}});
        TRY(const Outcome outcome, MembershipStore::grant(tx, request.user, role, events.json()));
        if (outcome == Outcome::NotFound)
            return ProblemCode::NotFound;
        TRY(QStringList roles, MembershipStore::rolesOf(tx, request.user));
        return MembershipResponse{.user = request.user, .roles = std::move(roles)};
    };
    co_return co_await carryOut(context, request.organization, std::move(work));
}

Task<Result<MembershipResponse>> MembershipService::revoke(const RequestContext &context, MemberRoleRequest request) const
{
    auto work = [this, request](Tx &tx, std::vector<SessionId> &ended) -> Result<MembershipResponse> {
        CHECK(mayHandle(tx, {request.role}));
        const QByteArray events = revokedEvents(tx.context(), request.user, {request.role});
        TRY(const Outcome outcome, MembershipStore::revoke(tx, request.user, request.role, events));
        if (outcome == Outcome::LastOwner)
            return ProblemCode::LastOwner;
        if (outcome == Outcome::Unchanged)
            return ProblemCode::NotFound;
        if (outcome == Outcome::Left)
            CHECK(leave(tx, request.user, {request.role}, ended));
        TRY(QStringList roles, MembershipStore::rolesOf(tx, request.user));
        return MembershipResponse{.user = request.user, .roles = std::move(roles)};
    };
    co_return co_await carryOut(context, request.organization, std::move(work));
}

Task<Result<MembershipResponse>> MembershipService::remove(const RequestContext &context, MemberRequest request) const
{
    auto work = [this, request](Tx &tx, std::vector<SessionId> &ended) -> Result<MembershipResponse> {
        TRY(const QStringList roles, MembershipStore::rolesOf(tx, request.user));
        if (roles.isEmpty())
            return ProblemCode::NotFound;
        CHECK(mayHandle(tx, roles));
        TRY(const Outcome outcome, MembershipStore::revoke(tx, request.user, {}, revokedEvents(tx.context(), request.user, roles)));
        if (outcome == Outcome::LastOwner)
            return ProblemCode::LastOwner;
        if (outcome != Outcome::Left)
            return ProblemCode::NotFound;
        CHECK(leave(tx, request.user, roles, ended));
        return MembershipResponse{.user = request.user, .roles = {}};
    };
    co_return co_await carryOut(context, request.organization, std::move(work));
}

/// Ends what the person has open in the organization.
Result<void> MembershipService::leave(Tx &tx, const UserId &user, const QStringList &roles, std::vector<SessionId> &ended) const
{
    EventBatch events(tx.context());
    events.add(
        {.type = EventType::MembershipEnded, .subject = user.uuid(), .payload = {{QStringLiteral("roles"), QJsonArray::fromStringList(roles)}}});
    CHECK(EventStore::append(tx, events));
    TRY(ended, m_sessions.revokeOfMember(tx, user));
    return {};
}

} // namespace aegis
