#include "server/users/ManagedUserApi.h"

namespace aegis {

void bindManagedUsers(http::Api &api, const ManagedUserService &users)
{
    api.on<endpoints::ManagedUserList>(
        [&users](const RequestContext &context, ListPageRequest request) { return users.list(context, std::move(request)); });
    api.on<endpoints::ManagedUserGet>(
        [&users](const RequestContext &context, ManagedUserRequest request) { return users.get(context, std::move(request)); });
    api.on<endpoints::ManagedUserLock>(
        [&users](const RequestContext &context, AccountLockRequest request) { return users.lock(context, std::move(request)); });
    api.on<endpoints::ManagedUserUnlock>(
        [&users](const RequestContext &context, AccountReliefRequest request) { return users.unlock(context, std::move(request)); });
    api.on<endpoints::ManagedUserSuspend>(
        [&users](const RequestContext &context, AccountMeasureRequest request) { return users.suspend(context, std::move(request)); });
    api.on<endpoints::ManagedUserReactivate>(
        [&users](const RequestContext &context, AccountReliefRequest request) { return users.reactivate(context, std::move(request)); });
    api.on<endpoints::ManagedUserPasswordReset>(
        [&users](const RequestContext &context, AccountMeasureRequest request) { return users.resetPassword(context, std::move(request)); });
    api.on<endpoints::ManagedUserMfaReset>(
        [&users](const RequestContext &context, AccountMeasureRequest request) { return users.resetMfa(context, std::move(request)); });
}

} // namespace aegis
