#pragma once

#include "server/admin/AdminScopeStore.h"
#include "shared/dto/admin/AuditEvent.h"

namespace aegis {

/// The audit trail as administrators read it. The transaction has entered the scope.
class AuditEventStore {
public:
    /// A page of what the filter takes, the newest first unless asked otherwise. `validation_failed` for what is wrong in the request.
    static Result<AuditEventPage> list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request);

    /// One event with all that has its correlation id, 200 of them at most; `not_found` when it is not visible in that scope.
    static Result<AuditEventResponse> get(Tx &tx, const AdminScopeStore &scope, const EventId &event);
};

} // namespace aegis
