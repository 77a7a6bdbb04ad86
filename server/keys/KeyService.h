#pragma once

#include "server/crypto/Sealing.h"
#include "server/db/DatabaseSession.h"
#include "server/keys/KeyPlan.h"
#include "server/keys/KeySet.h"

namespace aegis {

/// What access tokens are signed with.
struct KeyOptions {
    Secret sharedSecret{};   ///< signs with HS256; empty: keys of the database
    Secret previousSecret{}; ///< verifies besides, while a shared secret is exchanged
    KeyRules rules{};        ///< of the keys of the database
};

/// The keys that a server starts with: the shared secret if there is one (HS256), else those of the database, of which the
/// very first server makes the first. Blocks; for the start only.
Result<KeySet> loadKeys(const KeyOptions &options, DatabaseSession &session, const Sealing &sealing, Instant now);

} // namespace aegis
