#pragma once

#include "server/crypto/Sealing.h"
#include "server/db/Tx.h"
#include "server/keys/KeySet.h"

#include <QtCore/QByteArrayList>

#include <vector>

namespace aegis {

/// A signing key as the table keeps it.
struct SealedKey {
    QByteArray kid;
    SigningAlgorithm algorithm = SigningAlgorithm::Es256;
    QByteArray privatePart; ///< sealed
};

/// The table `signing_key`: private parts sealed, bound to the id of their key.
class SigningKeyStore {
public:
    explicit SigningKeyStore(const Sealing &sealing) : m_sealing(sealing) {}

    /// Whether there is any, still good or not.
    static Result<bool> hasAny(Tx &tx);
    /// Lets one instance at a time look for a key and make one, until the transaction ends.
    static Result<void> lock(Tx &tx);
    /// What time it is for the database, which is the same for all instances.
    static Result<Instant> clock(Tx &tx);
    /// Every key, in the order of its turn.
    static Result<std::vector<KeyTimes>> times(Tx &tx);
    /// The key with that id; nothing when it is gone.
    static Result<std::optional<SealedKey>> sealed(Tx &tx, const QByteArray &kid);
    /// A sentence for the operator when it cannot be opened.
    Result<SigningKey> open(const SealedKey &key) const;

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
