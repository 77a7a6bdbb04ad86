#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/idempotency/IdempotentCall.h"
#include "shared/dto/admin/PlatformStaff.h"

namespace aegis {

/// Gives and takes roles of the platform, by somebody who administers it. Any I/O thread.
class PlatformStaffService {
public:
    /// `freshFor`: since the caller's last proof of who it is.
    PlatformStaffService(Database &database, const IdempotencyStore &idempotency, std::chrono::seconds freshFor) :
        m_database(database), m_calls(database, idempotency), m_freshFor(freshFor)
    {
    }

    Task<Result<PlatformStaffResponse>> list(const RequestContext &context) const;
    Task<Result<PlatformStaffResponse>> grant(const RequestContext &context, PlatformRoleRequest request) const;
    Task<Result<PlatformStaffResponse>> revoke(const RequestContext &context, PlatformRoleRequest request) const;

private:
    template <class Work> Task<Result<PlatformStaffResponse>> carryOut(const RequestContext &context, PlatformRoleRequest request, Work work) const;

    Database &m_database;
    const IdempotentCall m_calls;
    const std::chrono::seconds m_freshFor;
};

} // namespace aegis
