#pragma once

#include "server/crypto/Sealing.h"
#include "server/crypto/SigningKey.h"
#include "server/db/Tx.h"

#include <QtCore/QByteArrayList>

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

    /// Ids of some keys whose private parts another encryption key has sealed than the present one.
    Result<QByteArrayList> sealedOtherwise(Tx &tx, int most) const;
    /// Seals the private part anew; false when that was done meanwhile, or cannot be done any more.
    Result<bool> reseal(Tx &tx, const QByteArray &kid) const;

private:
    const Sealing &m_sealing;
};

} // namespace aegis
