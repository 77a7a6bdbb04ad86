#include "server/admin/PlatformStaffService.h"

#include "server/admin/AdminScopeStore.h"
#include "server/admin/PlatformStaffStore.h"
#include "server/events/EventBatch.h"
#include "server/sessions/FreshAuthentication.h"
#include "shared/permissions/BuiltInRoles.h"

namespace aegis {
namespace {

Result<PlatformStaffResponse> staff(Tx &tx)
{
    TRY(const std::vector<PlatformStaffStore::Member> members, PlatformStaffStore::all(tx));
    PlatformStaffResponse response;
    for (const PlatformStaffStore::Member &member : members)
        response.staff.push_back({.user = member.user, .email = member.email, .status = member.status, .role = member.role, .since = member.since});
    return response;
}

QByteArray eventOf(const RequestContext &context, EventType type, const PlatformRoleRequest &request)
{
    EventBatch events(context);
    events.add({.type = type,
                .subject = request.user.uuid(),
                .payload = {{QStringLiteral("role"), request.role}, {QStringLiteral("by"), QStringLiteral("administrator")}}});
    return events.json();
}

} // namespace

Task<Result<PlatformStaffResponse>> PlatformStaffService::list(const RequestContext &context) const
{
    auto read = [scope = AdminScopeStore::of(context, Permission::PlatformManage)](Tx &tx) -> Result<PlatformStaffResponse> {
        CHECK(scope.enter(tx));
        return staff(tx);
    };
    co_return co_await m_database.read<PlatformStaffResponse>(context, read);
}

template <class Work>
Task<Result<PlatformStaffResponse>> PlatformStaffService::carryOut(const RequestContext &context, PlatformRoleRequest request, Work work) const
{
    if (!builtInRole(platformRoles(), request.role))
        co_return ProblemCode::NotFound;
    const RequestContext ofPlatform = context.withTenant({}); // the events are the platform's, as those of the command line
    auto step = [&, scope = AdminScopeStore::of(context, Permission::PlatformManage)](Tx &tx) -> Result<PlatformStaffResponse> {
        CHECK(requireFreshAuthentication(context, m_freshFor));
        CHECK(scope.enter(tx));
        CHECK(work(tx));
        return staff(tx);
    };
    Task<Result<PlatformStaffResponse>> writing = m_calls.once<PlatformStaffResponse>(context, ofPlatform, step);
    co_return co_await writing;
}

Task<Result<PlatformStaffResponse>> PlatformStaffService::grant(const RequestContext &context, PlatformRoleRequest request) const
{
    auto work = [request](Tx &tx) -> Result<void> {
        TRY(const std::optional<PlatformStaffStore::Account> account, PlatformStaffStore::account(tx, request.user));
        if (!account)
            return ProblemCode::NotFound;
        if (!account->isActive)
            return Problem(ProblemCode::Conflict, QStringLiteral("The account is not active."));
        if (!account->isVerified)
            return ProblemCode::EmailNotVerified;
        CHECK(PlatformStaffStore::grant(tx, PlatformStaffStore::By::Administrator, request.user, request.role,
                                        eventOf(tx.context(), EventType::PlatformRoleGranted, request)));
        return {}; // who has it has it
    };
    co_return co_await carryOut(context, request, std::move(work));
}

Task<Result<PlatformStaffResponse>> PlatformStaffService::revoke(const RequestContext &context, PlatformRoleRequest request) const
{
    auto work = [request](Tx &tx) -> Result<void> {
        TRY(const PlatformStaffStore::Revoked revoked,
            PlatformStaffStore::revoke(tx, PlatformStaffStore::By::Administrator, request.user, request.role,
                                       eventOf(tx.context(), EventType::PlatformRoleRevoked, request)));
        if (revoked == PlatformStaffStore::Revoked::Last)
            return ProblemCode::LastAdministrator;
        return revoked == PlatformStaffStore::Revoked::None ? Result<void>(ProblemCode::NotFound) : Result<void>();
    };
    co_return co_await carryOut(context, request, std::move(work));
}

} // namespace aegis
