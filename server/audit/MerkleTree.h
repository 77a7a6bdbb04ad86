#pragma once

#include "server/crypto/Digest.h"
#include "shared/result/Result.h"

#include <functional>
#include <vector>

/// Merkle trees as in RFC 9162, section 2.1, with SHA-256. Positions count from 0. Any thread.
namespace aegis::merkle {

/// SHA-256(0x00 || entry).
Sha256 leafHash(QByteArrayView entry);
/// SHA-256(0x01 || left || right).
Sha256 nodeHash(const Sha256 &left, const Sha256 &right);

/// The hash of the complete subtree with 2^level leaves that is at that place among those of its level. Only asked for subtrees
/// that the tree has.
using Nodes = std::function<Result<Sha256>(int level, quint64 place)>;
using Proof = std::vector<Sha256>;

/// The root of the first `size` leaves; of none: SHA-256 of nothing.
Result<Sha256> root(const Nodes &nodes, quint64 size);
/// Section 2.1.3.1: that the leaf at this position, which is less than `size`, is in the tree of that size.
Result<Proof> inclusionProof(const Nodes &nodes, quint64 position, quint64 size);
/// Section 2.1.4.1: that the tree of the size `to` begins with that of the size `from`, which is not greater. Empty for equal ones and
/// for `from` 0.
Result<Proof> consistencyProof(const Nodes &nodes, quint64 from, quint64 to);

/// Section 2.1.3.2.
bool isIncluded(const Sha256 &leaf, quint64 position, quint64 size, const Proof &proof, const Sha256 &root);
/// Section 2.1.4.2.
bool isConsistent(quint64 from, const Sha256 &fromRoot, quint64 to, const Sha256 &toRoot, const Proof &proof);

/// A tree to which leaves are added, as the roots of its complete subtrees: so much has to be known to go on.
class Frontier {
public:
    /// Told of each subtree that an added leaf completes: level (from 1), place, hash.
    using Completed = std::function<void(int level, quint64 place, const Sha256 &hash)>;

    Frontier() = default;
    /// The tree of that size, read from its nodes.
    static Result<Frontier> of(const Nodes &nodes, quint64 size);
    /// From hashes() of another one; nothing when their number does not fit the size.
    static std::optional<Frontier> of(quint64 size, std::vector<Sha256> hashes);

    void add(const Sha256 &leaf, const Completed &completed = {});
    quint64 size() const { return m_size; }
    Sha256 root() const;
    /// From the left: the greatest subtree first.
    const std::vector<Sha256> &hashes() const { return m_hashes; }

private:
    quint64 m_size = 0;
    std::vector<Sha256> m_hashes;
};

} // namespace aegis::merkle
