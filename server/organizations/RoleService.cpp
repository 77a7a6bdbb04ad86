#include "server/organizations/RoleService.h"

#include "server/events/EventBatch.h"
#include "server/organizations/OrganizationVisit.h"
#include "server/organizations/RoleRank.h"
#include "shared/permissions/BuiltInRoles.h"

#include <QtCore/QJsonArray>

#include <algorithm>

namespace aegis {
namespace {

using Outcome = RoleStore::Outcome;

QJsonArray namesOf(PermissionSet permissions)
{
    return QJsonArray::fromStringList(permissions.names());
}

OrganizationRoleDto dtoOf(const RoleStore::Role &role)
{
    return {.name = role.name, .builtIn = false, .permissions = role.permissions.names(), .members = role.members, .version = role.version};
}

OrganizationRoleResponse responseOf(const RoleStore::Role &role)
{
    return {.role = dtoOf(role), .etag = entityTagOf(role.version)};
}

QByteArray eventOf(const RequestContext &context, EventType type, const RoleId &role, const QJsonObject &payload)
{
    EventBatch events(context);
    events.add({.type = type, .subject = role.uuid(), .payload = payload});
    return events.json();
}

/// The set that was asked for; `validation_failed` for a name that is none, or that only the platform gives.
Result<PermissionSet> permissionsNamed(const QStringList &names)
{
    PermissionSet set;
    for (qsizetype i = 0; i < names.size(); ++i) {
        const auto permission = permissionFromName(names.at(i).toUtf8());
        if (!permission || permissionInfo(*permission).platformOnly)
            return Problem(ProblemCode::ValidationFailed)
                .withField(
                    {QStringLiteral("permissions.%1").arg(i), FieldCode::Format, QStringLiteral("No role of an organization can allow that.")});
        set = set | PermissionSet{*permission};
    }
    return set;
}

Result<void> mayAllow(const RequestContext &context, PermissionSet permissions)
{
    if (ownPermissions(context, Permission::RoleManage).containsAll(permissions))
        return {};
    return Problem(ProblemCode::Forbidden, QStringLiteral("The role allows more than you may."));
}

bool isBuiltInName(const QString &name)
{
    return builtInRole(organizationRoles(), name) || builtInRole(platformRoles(), name);
}

Problem builtIn()
{
    return Problem(ProblemCode::Conflict, QStringLiteral("Every organization has that role, and it is as it is."));
}

} // namespace

PermissionsResponse RoleService::permissions()
{
    PermissionsResponse response;
    for (const PermissionInfo &info : permissionCatalogue())
        response.permissions.push_back({.name = info.name, .meaning = info.meaning, .platformOnly = info.platformOnly});
    return response;
}

Task<Result<OrganizationRolesResponse>> RoleService::list(const RequestContext &context, OrganizationRoleListRequest request) const
{
    CO_TRY(const OrganizationVisit visit, OrganizationVisit::of(context, Permission::RoleRead, request.organization));
    auto read = [&visit](Tx &tx) -> Result<OrganizationRolesResponse> {
        CHECK(visit.begin(tx));
        TRY(const std::vector<RoleStore::Role> stored, RoleStore::all(tx));
        OrganizationRolesResponse response;
        for (const BuiltInRole &role : organizationRoles()) {
            const auto used = std::find_if(stored.begin(), stored.end(), [&role](const RoleStore::Role &one) { return one.name == role.name; });
            response.roles.push_back({.name = role.name,
                                      .builtIn = true,
                                      .permissions = role.permissions.names(),
                                      .members = used == stored.end() ? 0 : used->members,
                                      .version = 1});
        }
        for (const RoleStore::Role &role : stored) {
            if (!role.isBuiltIn)
                response.roles.push_back(dtoOf(role));
        }
        return response;
    };
    co_return co_await m_database.read<OrganizationRolesResponse>(visit.context(), std::move(read));
}

template <class Work>
Task<Result<OrganizationRoleResponse>> RoleService::carryOut(const RequestContext &context, OrganizationId organization, Work work) const
{
    CO_TRY(const OrganizationVisit visit, OrganizationVisit::of(context, Permission::RoleManage, organization));
    auto step = [&](Tx &tx) -> Result<OrganizationRoleResponse> {
        CHECK(visit.beginChange(tx));
        return work(tx);
    };
    Task<Result<OrganizationRoleResponse>> writing = m_calls.once<OrganizationRoleResponse>(context, visit.context(), step);
    co_return co_await writing;
}

Task<Result<OrganizationRoleResponse>> RoleService::put(const RequestContext &context, OrganizationRolePutRequest request) const
{
    CO_TRY(const PermissionSet permissions, permissionsNamed(request.permissions));
    CO_CHECK(mayAllow(context, permissions));
    if (isBuiltInName(request.role))
        co_return builtIn();
    const OrganizationId organization = request.organization;
    auto work = [request = std::move(request), permissions](Tx &tx) -> Result<OrganizationRoleResponse> {
        TRY(const std::optional<RoleStore::Role> before, RoleStore::find(tx, request.role));
        if (before)
            CHECK(mayAllow(tx.context(), before->permissions));
        if (request.ifMatch && !before) // whatever it names is not there
            return ProblemCode::NotFound;
        if (before && !fitsVersion(request.ifMatch, before->version))
            return Problem(ProblemCode::PreconditionFailed).withCurrent(encode(dtoOf(*before)));
        const RoleId id = before ? before->id : RoleId::make(tx.context().now);
        const QByteArray events = before ? eventOf(tx.context(), EventType::RoleChanged, id,
                                                   {{QStringLiteral("role"), request.role},
                                                    {QStringLiteral("before"), namesOf(before->permissions)},
                                                    {QStringLiteral("after"), namesOf(permissions)}})
                                         : eventOf(tx.context(), EventType::RoleCreated, id,
                                                   {{QStringLiteral("role"), request.role}, {QStringLiteral("permissions"), namesOf(permissions)}});
        TRY(const Outcome outcome, RoleStore::put(tx, id, request.role, permissions, before, mostRoles, events));
        if (outcome != Outcome::Done)
            return Problem(ProblemCode::Conflict,
                           outcome == Outcome::Full ? QStringLiteral("The organization has as many roles as it can.")
                                                    : QStringLiteral("It is being changed by others."));
        TRY(const std::optional<RoleStore::Role> after, RoleStore::find(tx, request.role));
        return after ? Result<OrganizationRoleResponse>(responseOf(*after)) : Result<OrganizationRoleResponse>(ProblemCode::Internal);
    };
    co_return co_await carryOut(context, organization, std::move(work));
}

Task<Result<OrganizationRoleResponse>> RoleService::remove(const RequestContext &context, OrganizationRoleRequest request) const
{
    if (isBuiltInName(request.role))
        co_return builtIn();
    auto work = [request](Tx &tx) -> Result<OrganizationRoleResponse> {
        TRY(const std::optional<RoleStore::Role> role, RoleStore::find(tx, request.role));
        if (!role)
            return ProblemCode::NotFound;
        CHECK(mayAllow(tx.context(), role->permissions));
        if (!fitsVersion(request.ifMatch, role->version))
            return Problem(ProblemCode::PreconditionFailed).withCurrent(encode(dtoOf(*role)));
        const QByteArray events = eventOf(tx.context(), EventType::RoleDeleted, role->id,
                                          {{QStringLiteral("role"), role->name}, {QStringLiteral("permissions"), namesOf(role->permissions)}});
        TRY(const Outcome outcome, RoleStore::remove(tx, *role, events));
        if (outcome != Outcome::Done)
            return Problem(ProblemCode::Conflict,
                           outcome == Outcome::Held ? QStringLiteral("Somebody has the role, or is invited to it.")
                                                    : QStringLiteral("It is being changed by others."))
                .withCurrent(encode(dtoOf(*role)));
        return responseOf(*role);
    };
    co_return co_await carryOut(context, request.organization, std::move(work));
}

} // namespace aegis
