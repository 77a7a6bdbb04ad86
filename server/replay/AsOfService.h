#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "shared/dto/admin/AsOf.h"

namespace aegis {

/// What somebody or something was at a moment, from the events that the caller may see, and what has changed since. Any I/O thread.
///
/// A moment in the future is `validation_failed`. Whom the caller neither sees nor has an event about is `not_found`.
class AsOfService {
public:
    explicit AsOfService(Database &database) : m_database(database) {}

    Task<Result<UserAsOfResponse>> user(const RequestContext &context, UserAsOfRequest request) const;
    Task<Result<OrganizationAsOfResponse>> organization(const RequestContext &context, OrganizationAsOfRequest request) const;

private:
    Database &m_database;
};

} // namespace aegis
