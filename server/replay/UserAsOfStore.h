#pragma once

#include "server/admin/AdminScopeStore.h"
#include "shared/dto/admin/AsOf.h"

namespace aegis {

/// A person from the events, and from the tables.
class UserAsOfStore {
public:
    /// All but the differences. `not_found` when the caller neither sees the person nor has an event about it.
    static Result<UserAsOfResponse> get(Tx &tx, const AdminScopeStore &scope, const UserId &user, Instant time);
};

} // namespace aegis
