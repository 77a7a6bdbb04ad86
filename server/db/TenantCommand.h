#pragma once

#include "server/context/RequestContext.h"
#include "server/db/Connection.h"
#include "server/db/Tx.h"

namespace aegis {

/// The first statement of every transaction: sets whose rows it may see, for itself alone, and holds it to reading if it is to
/// read. Behind a pooler it sets all that a connection has been told otherwise, for the next transaction may run on one that
/// somebody else has set.
Command tenantCommand(const Tenant &tenant, Tx::Access access, const DatabaseSessionSettings &settings);

} // namespace aegis
