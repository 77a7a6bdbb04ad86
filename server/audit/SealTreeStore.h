#pragma once

#include "server/audit/MerkleTree.h"
#include "server/audit/SealStore.h"

#include <map>

namespace aegis {

/// The tree of all events as the database keeps it: leaves in the seals, every eighth level of it as rows. Reads 256 neighbours
/// at once and keeps them, so a proof takes a few statements. For one transaction.
class SealTreeStore {
public:
    explicit SealTreeStore(Tx &tx) : m_tx(tx) {}

    /// The hash of a complete subtree; `internal` when it is not there, which is a damage.
    Result<Sha256> node(int level, quint64 place);
    merkle::Nodes nodes()
    {
        return [this](int level, quint64 place) { return node(level, place); };
    }

private:
    static constexpr int step = 8; ///< levels that are stored
    Result<const std::vector<Sha256> *> group(int level, quint64 number);

    Tx &m_tx;
    std::map<std::pair<int, quint64>, std::vector<Sha256>> m_groups;
};

} // namespace aegis
