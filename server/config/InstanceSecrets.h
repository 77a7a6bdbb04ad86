#pragma once

#include "server/config/SecretStore.h"
#include "server/config/Settings.h"

namespace aegis {

/// The keys that a server cannot do without: those that were set, and for the others what the data directory keeps.
/// JWT_SECRET is not among them: it is never made up, its absence chooses ES256.
struct InstanceSecrets {
    Secret jwtRefreshSecret;    ///< signs refresh tokens, at least 32 bytes
    Secret encryptionKey;       ///< AES-256, 32 bytes
    Secret fingerprintKey;      ///< HMAC over requests with an Idempotency-Key, 32 bytes
    Secret emailFingerprintKey; ///< HMAC over e-mail addresses where the address itself must not stand, 32 bytes

    QStringList made;     ///< names of the files that were not there
    QStringList warnings; ///< sentences about what that means

    /// Takes what is set and reads or makes the rest. `hasSealed`: the database holds what an encryption key has sealed, so a
    /// new one would be of no use: `internal`, and nothing is made. Other problems as of SecretStore::readOrMake().
    static Result<InstanceSecrets> load(const Settings &settings, bool hasSealed = false);
    /// For a command beside a server: makes nothing. A key that is not set and not in the data directory is `internal`, with a sentence
    /// for the operator.
    static Result<InstanceSecrets> present(const Settings &settings);
};

} // namespace aegis
