#pragma once

#include "server/async/Task.h"
#include "server/audit/AuditEventStore.h"
#include "server/db/Database.h"

namespace aegis {

/// Reads the audit trail for administrators. Any I/O thread.
class AuditService {
public:
    explicit AuditService(Database &database) : m_database(database) {}

    Task<Result<AuditEventPage>> list(const RequestContext &context, ListPageRequest request) const;
    /// `not_found` for an event that the caller does not see.
    Task<Result<AuditEventResponse>> get(const RequestContext &context, AuditEventRequest request) const;

private:
    Database &m_database;
};

} // namespace aegis
