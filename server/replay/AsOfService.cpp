#include "server/replay/AsOfService.h"

#include "server/replay/AsOfDifferences.h"
#include "server/replay/OrganizationAsOfStore.h"
#include "server/replay/UserAsOfStore.h"

namespace aegis {
namespace {

Result<void> requirePast(const RequestContext &context, Instant time)
{
    if (time <= context.now)
        return {};
    return Problem(ProblemCode::ValidationFailed).withField({QStringLiteral("time"), FieldCode::Range, QStringLiteral("Must not be in the future.")});
}

} // namespace

Task<Result<UserAsOfResponse>> AsOfService::user(const RequestContext &context, UserAsOfRequest request) const
{
    CO_CHECK(requirePast(context, request.time));
    auto read = [scope = AdminScopeStore::of(context, Permission::UserRead), request](Tx &tx) -> Result<UserAsOfResponse> {
        CHECK(scope.enter(tx));
        return UserAsOfStore::get(tx, scope, request.id, request.time);
    };
    CO_TRY(UserAsOfResponse response, co_await m_database.read<UserAsOfResponse>(context, read));
    if (response.state && response.now)
        response.differences = differencesOf(*response.state, *response.now, response.known == QLatin1String("all"));
    co_return response;
}

Task<Result<OrganizationAsOfResponse>> AsOfService::organization(const RequestContext &context, OrganizationAsOfRequest request) const
{
    CO_CHECK(requirePast(context, request.time));
    auto read = [scope = AdminScopeStore::of(context, Permission::OrganizationRead), request](Tx &tx) -> Result<OrganizationAsOfResponse> {
        CHECK(scope.enter(tx));
        return OrganizationAsOfStore::get(tx, scope, request.id, request.time);
    };
    CO_TRY(OrganizationAsOfResponse response, co_await m_database.read<OrganizationAsOfResponse>(context, read));
    if (response.state && response.now)
        response.differences = differencesOf(*response.state, *response.now);
    co_return response;
}

} // namespace aegis
