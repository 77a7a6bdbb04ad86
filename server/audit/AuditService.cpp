#include "server/audit/AuditService.h"

namespace aegis {

Task<Result<AuditEventPage>> AuditService::list(const RequestContext &context, ListPageRequest request) const
{
    auto read = [scope = AdminScopeStore::of(context, Permission::EventRead), request = std::move(request)](Tx &tx) -> Result<AuditEventPage> {
        CHECK(scope.enter(tx));
        return AuditEventStore::list(tx, scope, request);
    };
    co_return co_await m_database.read<AuditEventPage>(context, std::move(read));
}

Task<Result<AuditEventResponse>> AuditService::get(const RequestContext &context, AuditEventRequest request) const
{
    auto read = [scope = AdminScopeStore::of(context, Permission::EventRead), id = request.id](Tx &tx) -> Result<AuditEventResponse> {
        CHECK(scope.enter(tx));
        return AuditEventStore::get(tx, scope, id);
    };
    co_return co_await m_database.read<AuditEventResponse>(context, std::move(read));
}

} // namespace aegis
