#pragma once

#include "server/db/Tx.h"

namespace aegis {

/// The table `job_lease`: which instance has which background work in hand.
class JobLeaseStore {
public:
    /// Takes the lease until then, or renews it; false while another holder has it.
    static Result<bool> claim(Tx &tx, QLatin1String job, const QUuid &holder, Instant until);
};

} // namespace aegis
