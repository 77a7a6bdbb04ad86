#pragma once

#include "server/config/Settings.h"
#include "server/crypto/SigningKey.h"

#include <vector>

namespace aegis {

/// The keys that sign the heads of the audit trail. They are in the server only: `AUDIT_SIGNING_KEY`, or files of the data
/// directory's secrets, `audit-signing-key`, `audit-signing-key-2` and so on, of which the newest signs. An older one endorses the
/// next, and is not needed after that.
struct AuditKeys {
    SigningKey current;
    std::vector<SigningKey> older;
    QByteArray lost = {}; ///< id of a key that is lost for good; empty: none
    bool isMade = false;  ///< the current one was not there before

    /// Makes the first file when there is no key. Problems as of SecretStore::readOrMake().
    static Result<AuditKeys> load(const Settings &settings);
    /// Nothing when there is no key; makes none.
    static Result<std::optional<AuditKeys>> present(const Settings &settings);
    /// Makes the next file, which signs from the next start of the servers on. A problem when AUDIT_SIGNING_KEY is set.
    static Result<AuditKeys> makeNext(const Settings &settings);

    /// Ed25519 from the 32 bytes that RFC 8032 calls the private key.
    static Result<SigningKey> fromSeed(const Secret &seed);
};

} // namespace aegis
