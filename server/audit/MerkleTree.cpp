#include "server/audit/MerkleTree.h"

#include <algorithm>
#include <bit>

namespace aegis::merkle {
namespace {

/// The greatest power of two that is less than n (n > 1).
quint64 split(quint64 n)
{
    return std::bit_floor(n - 1);
}

/// MTH of the leaves [begin, begin + size): begin is a multiple of the power of two that size fits in.
Result<Sha256> rangeHash(const Nodes &nodes, quint64 begin, quint64 size)
{
    if (std::has_single_bit(size)) {
        const int level = std::countr_zero(size);
        return nodes(level, begin >> level);
    }
    const quint64 k = split(size);
    TRY(const Sha256 left, rangeHash(nodes, begin, k));
    TRY(const Sha256 right, rangeHash(nodes, begin + k, size - k));
    return nodeHash(left, right);
}

Result<void> path(const Nodes &nodes, quint64 begin, quint64 position, quint64 size, Proof &proof)
{
    if (size == 1)
        return {};
    const quint64 k = split(size);
    const bool isLeft = position < k;
    CHECK(isLeft ? path(nodes, begin, position, k, proof) : path(nodes, begin + k, position - k, size - k, proof));
    TRY(const Sha256 other, isLeft ? rangeHash(nodes, begin + k, size - k) : rangeHash(nodes, begin, k));
    proof.push_back(other);
    return {};
}

/// SUBPROOF; `isWhole`: the subtree is the old tree, whose root who asks knows.
Result<void> subproof(const Nodes &nodes, quint64 begin, quint64 from, quint64 size, bool isWhole, Proof &proof)
{
    if (from == size) {
        if (!isWhole) {
            TRY(const Sha256 hash, rangeHash(nodes, begin, size));
            proof.push_back(hash);
        }
        return {};
    }
    const quint64 k = split(size);
    const bool isLeft = from <= k;
    CHECK(isLeft ? subproof(nodes, begin, from, k, isWhole, proof) : subproof(nodes, begin + k, from - k, size - k, false, proof));
    TRY(const Sha256 other, isLeft ? rangeHash(nodes, begin + k, size - k) : rangeHash(nodes, begin, k));
    proof.push_back(other);
    return {};
}

} // namespace

Sha256 leafHash(QByteArrayView entry)
{
    QByteArray bytes;
    bytes.reserve(entry.size() + 1);
    bytes.append('\0').append(entry);
    return sha256Digest(bytes);
}

Sha256 nodeHash(const Sha256 &left, const Sha256 &right)
{
    std::array<char, 65> bytes{};
    bytes[0] = 1;
    std::copy(left.begin(), left.end(), bytes.begin() + 1);
    std::copy(right.begin(), right.end(), bytes.begin() + 33);
    return sha256Digest(QByteArrayView(bytes.data(), qsizetype(bytes.size())));
}

Result<Sha256> root(const Nodes &nodes, quint64 size)
{
    return size == 0 ? Result<Sha256>(sha256Digest({})) : rangeHash(nodes, 0, size);
}

Result<Proof> inclusionProof(const Nodes &nodes, quint64 position, quint64 size)
{
    Q_ASSERT(position < size);
    Proof proof;
    CHECK(path(nodes, 0, position, size, proof));
    return proof;
}

Result<Proof> consistencyProof(const Nodes &nodes, quint64 from, quint64 to)
{
    Q_ASSERT(from <= to);
    Proof proof;
    if (from > 0)
        CHECK(subproof(nodes, 0, from, to, true, proof));
    return proof;
}

bool isIncluded(const Sha256 &leaf, quint64 position, quint64 size, const Proof &proof, const Sha256 &root)
{
    if (position >= size)
        return false;
    quint64 fn = position;
    quint64 sn = size - 1;
    Sha256 hash = leaf;
    for (const Sha256 &other : proof) {
        if (sn == 0)
            return false;
        if ((fn & 1) == 1 || fn == sn) {
            hash = nodeHash(other, hash);
            while (fn != 0 && (fn & 1) == 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            hash = nodeHash(hash, other);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && hash == root;
}

bool isConsistent(quint64 from, const Sha256 &fromRoot, quint64 to, const Sha256 &toRoot, const Proof &proof)
{
    if (from > to)
        return false;
    if (from == to)
        return proof.empty() && fromRoot == toRoot;
    if (from == 0)
        return proof.empty() && fromRoot == sha256Digest({});
    if (proof.empty())
        return false;
    // A complete subtree is its own first hash, which the proof leaves out.
    const bool isWhole = std::has_single_bit(from);
    quint64 fn = from - 1;
    quint64 sn = to - 1;
    while ((fn & 1) == 1) {
        fn >>= 1;
        sn >>= 1;
    }
    Sha256 older = isWhole ? fromRoot : proof.front();
    Sha256 newer = older;
    for (auto other = proof.begin() + (isWhole ? 0 : 1); other != proof.end(); ++other) {
        if (sn == 0)
            return false;
        if ((fn & 1) == 1 || fn == sn) {
            older = nodeHash(*other, older);
            newer = nodeHash(*other, newer);
            while (fn != 0 && (fn & 1) == 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            newer = nodeHash(newer, *other);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && older == fromRoot && newer == toRoot;
}

Result<Frontier> Frontier::of(const Nodes &nodes, quint64 size)
{
    Frontier frontier;
    frontier.m_size = size;
    quint64 begin = 0;
    for (quint64 rest = size; rest > 0;) {
        const quint64 part = std::bit_floor(rest);
        TRY(const Sha256 hash, rangeHash(nodes, begin, part));
        frontier.m_hashes.push_back(hash);
        begin += part;
        rest -= part;
    }
    return frontier;
}

std::optional<Frontier> Frontier::of(quint64 size, std::vector<Sha256> hashes)
{
    if (hashes.size() != std::size_t(std::popcount(size)))
        return std::nullopt;
    Frontier frontier;
    frontier.m_size = size;
    frontier.m_hashes = std::move(hashes);
    return frontier;
}

void Frontier::add(const Sha256 &leaf, const Completed &completed)
{
    Sha256 hash = leaf;
    int level = 0;
    for (quint64 place = m_size; (place & 1) == 1; place >>= 1) { // its left neighbour waits
        hash = nodeHash(m_hashes.back(), hash);
        m_hashes.pop_back();
        ++level;
        if (completed)
            completed(level, place >> 1, hash);
    }
    m_hashes.push_back(hash);
    ++m_size;
}

Sha256 Frontier::root() const
{
    if (m_hashes.empty())
        return sha256Digest({});
    Sha256 hash = m_hashes.back();
    for (auto left = m_hashes.rbegin() + 1; left != m_hashes.rend(); ++left)
        hash = nodeHash(*left, hash);
    return hash;
}

} // namespace aegis::merkle
