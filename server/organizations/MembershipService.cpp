#include "server/organizations/MembershipService.h"

#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "server/events/EventStore.h"
#include "server/organizations/MemberListStore.h"
#include "server/organizations/OrganizationVisit.h"
#include "server/organizations/RoleRank.h"
#include "server/sessions/FreshAuthentication.h"
#include "shared/permissions/BuiltInRoles.h"

#include <QtCore/QJsonArray>

namespace aegis {
namespace {

using Outcome = MembershipStore::Outcome;

QByteArray revokedEvents(const RequestContext &context, const UserId &user, const QStringList &roles)
{
    EventBatch events(context);
    for (const QString &role : roles)
        events.add({.type = EventType::UserRoleRevoked, .subject = user.uuid(), .payload = {{QStringLiteral("role"), role}}});
    return events.json();
}

/// `not_found`: the organization does not know the person.
Result<void> give(Tx &tx, const UserId &user, const QString &role)
{
    TRY(const RoleId id, MembershipStore::ensureRole(tx, role));
    EventBatch events(tx.context());
    events.add({.type = EventType::UserRoleCreated,
                .subject = user.uuid(),
                .payload = {{QStringLiteral("role"), role}, {QStringLiteral("roleId"), QString::fromLatin1(id.text())}}});
    TRY(const Outcome outcome, MembershipStore::grant(tx, user, id, events.json()));
    return outcome == Outcome::NotFound ? Result<void>(ProblemCode::NotFound) : Result<void>();
}

} // namespace

Task<Result<MemberPage>> MembershipService::list(const RequestContext &context, MemberListRequest request) const
{
    CO_TRY(const OrganizationVisit visit, OrganizationVisit::of(context, Permission::OrganizationRead, request.organization));
    auto read = [&visit, request = std::move(request)](Tx &tx) -> Result<MemberPage> {
        CHECK(visit.begin(tx));
        return MemberListStore::list(tx, request);
    };
    co_return co_await m_database.read<MemberPage>(visit.context(), std::move(read));
}

Task<Result<MembershipResponse>> MembershipService::carryOut(const RequestContext &context, Permission by, OrganizationId organization,
                                                             Work work) const
{
    CO_TRY(const OrganizationVisit visit, OrganizationVisit::of(context, by, organization));
    std::vector<SessionId> ended;
    auto step = [&](Tx &tx) -> Result<MembershipResponse> {
        ended.clear(); // it may run again
        CHECK(visit.beginChange(tx));
        return work(tx, ended);
    };
    Task<Result<MembershipResponse>> writing = m_calls.once<MembershipResponse>(context, visit.context(), step);
    CO_TRY(MembershipResponse response, co_await writing);
    m_sessions.announce(context, ended);
    co_return response;
}

Task<Result<MembershipResponse>> MembershipService::grant(const RequestContext &context, MemberRoleRequest request) const
{
    auto work = [this, request](Tx &tx, std::vector<SessionId> &) -> Result<MembershipResponse> {
        if (request.role == ownerRoleName) // as for a transfer
            CHECK(requireFreshAuthentication(tx.context(), m_freshFor));
        CHECK(mayHandleRoles(tx, Permission::MemberManage, {request.role}));
        CHECK(give(tx, request.user, request.role));
        TRY(QStringList roles, MembershipStore::rolesOf(tx, request.user));
        return MembershipResponse{.user = request.user, .roles = std::move(roles)};
    };
    co_return co_await carryOut(context, Permission::MemberManage, request.organization, std::move(work));
}

Task<Result<MembershipResponse>> MembershipService::revoke(const RequestContext &context, MemberRoleRequest request) const
{
    auto work = [this, request](Tx &tx, std::vector<SessionId> &ended) -> Result<MembershipResponse> {
        CHECK(mayHandleRoles(tx, Permission::MemberManage, {request.role}));
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
    co_return co_await carryOut(context, Permission::MemberManage, request.organization, std::move(work));
}

Task<Result<MembershipResponse>> MembershipService::remove(const RequestContext &context, MemberRequest request) const
{
    auto work = [this, request](Tx &tx, std::vector<SessionId> &ended) -> Result<MembershipResponse> {
        TRY(const QStringList roles, MembershipStore::rolesOf(tx, request.user));
        if (roles.isEmpty())
            return ProblemCode::NotFound;
        CHECK(mayHandleRoles(tx, Permission::MemberManage, roles));
        TRY(const Outcome outcome, MembershipStore::revoke(tx, request.user, {}, revokedEvents(tx.context(), request.user, roles)));
        if (outcome == Outcome::LastOwner)
            return ProblemCode::LastOwner;
        if (outcome != Outcome::Left)
            return ProblemCode::NotFound;
        CHECK(leave(tx, request.user, roles, ended));
        return MembershipResponse{.user = request.user, .roles = {}};
    };
    co_return co_await carryOut(context, Permission::MemberManage, request.organization, std::move(work));
}

Task<Result<MembershipResponse>> MembershipService::transfer(const RequestContext &context, OwnershipTransferRequest request) const
{
    const bool isByPlatform = context.authority.reachOf(Permission::OrganizationTransfer) == Reach::Everywhere;
    auto work = [this, request, isByPlatform](Tx &tx, std::vector<SessionId> &) -> Result<MembershipResponse> {
        const QString administrator = QStringLiteral("ADMIN");
        const QString &owner = ownerRoleName;
        const UserId actor = tx.context().actor.user;
        if (!isByPlatform && request.user == actor)
            return Problem(ProblemCode::Conflict, QStringLiteral("It would stay where it is."));
        CHECK(requireFreshAuthentication(tx.context(), m_freshFor)); // not for an answer that was given before
        CHECK(mayHandleRoles(tx, Permission::OrganizationTransfer, {owner}));
        TRY(std::vector<UserId> from, MembershipStore::holdersOf(tx, owner));
        TRY(const QStringList theirs, MembershipStore::rolesOf(tx, request.user));
        if (theirs.isEmpty())
            return ProblemCode::NotFound;
        TRY(const bool isActive, MembershipStore::isActive(tx, request.user));
        if (!isActive)
            return Problem(ProblemCode::Conflict, QStringLiteral("The person's account is not active."));
        std::erase_if(from, [&](const UserId &user) { return user == request.user || (!isByPlatform && user != actor); });
        if (from.empty()) // who is no owner gives nothing away
            return isByPlatform ? Problem(ProblemCode::Conflict, QStringLiteral("It would stay where it is.")) : Problem(ProblemCode::Forbidden);
        CHECK(give(tx, request.user, owner));
        QJsonArray before;
        for (const UserId &user : from) {
            before.append(rowjson::id(user));
            CHECK(give(tx, user, administrator));
            TRY(const Outcome outcome, MembershipStore::revoke(tx, user, owner, revokedEvents(tx.context(), user, {owner})));
            if (outcome != Outcome::Done && outcome != Outcome::Left) // somebody else was faster
                return Problem(ProblemCode::Conflict, QStringLiteral("It is being changed by others."));
        }
        EventBatch events(tx.context());
        events.add(
            {.type = EventType::OrganizationOwnershipTransferred, .subject = request.user.uuid(), .payload = {{QStringLiteral("from"), before}}});
        CHECK(EventStore::append(tx, events));
        TRY(QStringList roles, MembershipStore::rolesOf(tx, request.user));
        return MembershipResponse{.user = request.user, .roles = std::move(roles)};
    };
    co_return co_await carryOut(context, Permission::OrganizationTransfer, request.organization, std::move(work));
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
