#pragma once

#include "server/context/Authority.h"
#include "server/db/Database.h"

namespace aegis {

/// Roles and what they allow.
class AuthorityStore {
public:
    /// Of the context's person, in the context's organization while that is active, and on the platform. One round trip.
    static Task<Result<Authority>> read(Database &database, const RequestContext &context);
    /// The same in a transaction of the person, for its organization.
    static Result<Authority> read(Tx &tx, const UserId &user);
};

} // namespace aegis
