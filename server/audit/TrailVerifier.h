#pragma once

#include "server/audit/MerkleTree.h"
#include "server/audit/TrailVerdict.h"

#include <map>

namespace aegis {

/// Whom and what a verification believes.
struct TrailTrust {
    QByteArrayList keys;        ///< ids of keys that are known to be the server's
    std::optional<SealKey> key; ///< that of the head, when the head came with it
    std::optional<Seal> head;   ///< the last one that somebody has kept
};

/// Follows a trail: its keys, then the digests of each seal and the seal, in their order. It needs no database. What it finds is
/// in the verdict, to which who reads the events adds. One thread.
class TrailVerifier {
public:
    explicit TrailVerifier(TrailTrust trust);

    /// All keys of the trail, before anything else, in their order.
    void keys(const std::vector<SealKey> &keys);
    /// The trail begins after this seal, at a tree of that form. Without it, it begins at the beginning.
    void beginAfter(const Seal &seal, const merkle::Frontier &frontier);
    /// The next event's digest, as the seals have it.
    void add(QByteArrayView digest);
    /// The seal of what was added since the one before.
    void seal(const Seal &seal);
    /// Afterwards the verdict is whole.
    void end();

    TrailVerdict verdict;

private:
    void trustKeys(const std::vector<SealKey> &keys);
    void checkSignature(const Seal &seal);
    void checkHead(const Seal &seal);
    void fault(TrailFaultKind kind, qint64 sequence, const QString &text)
    {
        verdict.add({.kind = kind, .sequence = sequence, .event = {}, .text = text});
    }

    const TrailTrust m_trust;
    struct Known {
        SealKey key;
        SigningKey verifier;
        qint64 lastSequence = 0; ///< 0: it signs still
    };
    std::map<QByteArray, Known> m_keys;
    merkle::Frontier m_frontier;
    bool m_isHeadSeen = false;
    bool m_isRootWrong = false;
    bool m_hasBeginning = true;
};

} // namespace aegis
