#pragma once

#include "server/db/Tx.h"

namespace aegis {

/// The table `email_token` as the server's own transactions see it: what ended more than an hour ago.
class EmailTokenStore {
public:
    /// Removes some of those; tells how many.
    static Result<qint64> removeExpired(Tx &tx, int most);
};

} // namespace aegis
