#pragma once

#include "server/db/Database.h"
#include "server/http/Authorizer.h"

namespace aegis {

/// Looks at the roles in the database at each call that needs a permission, so what was taken away counts at once. Any I/O thread.
class AuthorityService : public http::Authorizer {
public:
    explicit AuthorityService(Database &database) : m_database(database) {}

    Task<Result<Authority>> authorityOf(const RequestContext &context) override;

private:
    Database &m_database;
};

} // namespace aegis
