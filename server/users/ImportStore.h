#pragma once

#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// People that come from elsewhere.
class ImportStore {
public:
    /// An organization and a role of it, by their names; nothing when there is no such one, or it is not active.
    struct Place {
        OrganizationId organization;
        RoleId role;
    };
    static Result<std::optional<Place>> place(Tx &tx, const QString &slug, const QString &role);

    /// Rows of people, as `import_users` takes them: each is stored, with what belongs to it, unless its address has an account.
    /// Which were; in one round trip.
    static Result<std::vector<bool>> add(Tx &tx, const QByteArray &people);
};

} // namespace aegis
