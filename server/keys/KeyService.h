#pragma once

#include "server/crypto/Sealing.h"
#include "server/db/DatabaseSession.h"
#include "server/keys/KeySet.h"

namespace aegis {

/// The keys that a server starts with: the shared secret if there is one (HS256), else those of the database, of which the
/// very first server makes one (ES256). Blocks; for the start only.
Result<KeySet> loadKeys(const Secret &jwtSecret, DatabaseSession &session, const Sealing &sealing, Instant now);

} // namespace aegis
