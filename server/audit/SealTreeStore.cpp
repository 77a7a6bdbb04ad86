#include "server/audit/SealTreeStore.h"

namespace aegis {

Result<const std::vector<Sha256> *> SealTreeStore::group(int level, quint64 number)
{
    const auto key = std::pair(level, number);
    if (const auto known = m_groups.find(key); known != m_groups.end())
        return &known->second;
    constexpr quint64 width = quint64(1) << step;
    std::vector<Sha256> hashes;
    if (level == 0) {
        TRY(const QByteArray digests, SealStore::digests(m_tx, number * width, width));
        for (qsizetype at = 0; at + 32 <= digests.size(); at += 32)
            hashes.push_back(merkle::leafHash(QByteArrayView(digests).sliced(at, 32)));
    } else {
        TRY(hashes, SealStore::nodes(m_tx, level, number * width, width));
    }
    return &m_groups.emplace(key, std::move(hashes)).first->second;
}

Result<Sha256> SealTreeStore::node(int level, quint64 place)
{
    const int base = level / step * step;
    const int above = level - base;
    const quint64 first = place << above; // among those of the base
    TRY(const auto *const members, group(base, first >> step));
    const std::size_t begin = first & ((quint64(1) << step) - 1);
    const std::size_t count = std::size_t(1) << above;
    if (begin + count > members->size())
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("the tree of the audit trail has a hole"));
    std::vector<Sha256> hashes;
    for (std::size_t i = 0; i < count; ++i)
        hashes.push_back((*members)[begin + i]);
    for (; hashes.size() > 1; hashes.resize(hashes.size() / 2)) {
        for (std::size_t i = 0; i < hashes.size() / 2; ++i)
            hashes[i] = merkle::nodeHash(hashes[2 * i], hashes[2 * i + 1]);
    }
    return hashes.front();
}

} // namespace aegis
