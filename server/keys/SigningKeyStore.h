#pragma once

#include "server/crypto/Sealing.h"
#include "server/crypto/SigningKey.h"
#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// The table `signing_key`: private parts sealed, bound to the id of their key.
class SigningKeyStore {
public:
    explicit SigningKeyStore(const Sealing &sealing) : m_sealing(sealing) {}

    /// Whether there is any, still good or not.
    static Result<bool> hasAny(Tx &tx);
    /// Lets one instance at a time look for a key and make one, until the transaction ends.
    Result<void> lock(Tx &tx) const;
    /// Keys that may still verify at that moment; the one that signs first.
    Result<std::vector<SigningKey>> usable(Tx &tx) const;
    /// Stores a key that signs from now on, with the event of it.
    Result<void> add(Tx &tx, const SigningKey &key) const;

private:
    const Sealing &m_sealing;
};

} // namespace aegis
