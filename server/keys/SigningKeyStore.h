#pragma once

#include "server/crypto/Sealing.h"
#include "server/db/Tx.h"
#include "server/keys/KeySet.h"

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
    static Result<void> lock(Tx &tx);
    /// Every key, in the order of its turn.
    static Result<std::vector<KeyTimes>> times(Tx &tx);
    /// The key with that id. A sentence for the operator when it cannot be opened.
    Result<SigningKey> open(Tx &tx, const QByteArray &kid) const;

    /// Stores a key whose turn is then.
    Result<void> add(Tx &tx, const SigningKey &key, Instant signsFrom) const;
    /// A key that waits for its turn gets it sooner.
    static Result<void> advance(Tx &tx, const QByteArray &kid, Instant signsFrom);
    /// Keys whose turn is over; they verify until then.
    static Result<void> retire(Tx &tx, const std::vector<QByteArray> &kids, Instant verifiesUntil);
    /// Deletes them, private parts and all.
    static Result<void> remove(Tx &tx, const std::vector<QByteArray> &kids);

    /// Ids of some keys whose private parts another encryption key has sealed than the present one.
    Result<QByteArrayList> sealedOtherwise(Tx &tx, int most) const;
    /// Seals the private part anew; false when that was done meanwhile, or cannot be done any more.
    Result<bool> reseal(Tx &tx, const QByteArray &kid) const;

private:
    const Sealing &m_sealing;
};

} // namespace aegis
