#pragma once

#include "server/admin/AdminScopeStore.h"
#include "shared/dto/admin/ManagedSession.h"

#include <vector>

namespace aegis {

/// Sessions as administrators see and end them. The transaction has entered the scope.
class ManagedSessionStore {
public:
    /// `not_found` when it is not visible in that scope.
    static Result<ManagedSessionDto> get(Tx &tx, const AdminScopeStore &scope, const SessionId &session);

    /// A page of those that the filter takes, the newest first unless asked otherwise. `validation_failed` for what is wrong in the request.
    static Result<ManagedSessionPage> list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request);

    /// A session that can be ended.
    struct Open {
        TenantId tenant;
        SessionId session;
        UserId user;
        OrganizationId organization; ///< nil: in none
    };
    /// One; `not_found` when it is not visible in that scope, or has ended.
    static Result<Open> open(Tx &tx, const AdminScopeStore &scope, const SessionId &session);
    /// Those that the filter takes, by their ids; at most `most`.
    static Result<std::vector<Open>> openMatching(Tx &tx, const AdminScopeStore &scope, const QString &filter, int most);

    /// Those of a person in the transaction's organization.
    static Result<std::vector<Open>> openOfMember(Tx &tx, const UserId &user);

    /// Ends them and writes those of the events that are about one that it ended; answers which.
    static Result<std::vector<SessionId>> revoke(Tx &tx, const std::vector<Open> &sessions, Instant revokedUntil, const QByteArray &events);
};

} // namespace aegis
