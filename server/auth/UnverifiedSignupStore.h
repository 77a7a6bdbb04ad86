#pragma once

#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// Organizations that wait for their owner's address, with the account that signed them up and is nowhere else.
class UnverifiedSignupStore {
public:
    struct Signup {
        OrganizationId organization;
        UserId owner;
        QString slug;
    };
    /// Those of all tenants that were begun before then, after that organization, in the order of their ids.
    static Result<std::vector<Signup>> overdue(Tx &tx, Instant before, const OrganizationId &after, int most);

    struct Removal {
        Instant before{};
        Instant revokedUntil{}; ///< when the last access token of the account has expired
        QByteArray events;
    };
    /// Removes one with all that belongs to it, in its tenant; false: it was verified meanwhile, is gone, or has more.
    static Result<bool> remove(Tx &tx, const Signup &signup, const Removal &removal);
};

} // namespace aegis
