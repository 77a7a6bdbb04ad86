#pragma once

#include "server/audit/MerkleTree.h"
#include "server/audit/SealKeyring.h"
#include "server/audit/SealLag.h"
#include "server/audit/SealStore.h"
#include "server/db/DatabaseSession.h"
#include "server/metrics/Metrics.h"

#include <chrono>
#include <functional>

namespace aegis {

/// Seals the events that have become visible: adds them to the tree, in the order of their transactions, and signs its head. An
/// event is sealed once every transaction that may commit before it has ended, so none is ever skipped.
///
/// Any number of instances may run one: a lease lets one at a time work, and the sequence of the seals, which is a primary key,
/// lets one of two add the next, whatever the lease says. What is added is one transaction, so one that is killed leaves a whole
/// chain. When there is nothing to seal, nothing is written. Blocks; one thread, but lag() is anybody's.
class Sealer {
public:
    struct Options {
        std::function<Instant()> clock = systemNow;
        QUuid instance = makeUuid7(systemNow()); ///< who has the lease
        std::chrono::seconds lease{10};          ///< how long another one waits when this one is killed
        int batch = 4'096;                       ///< events of a seal, about
        std::chrono::seconds tolerance{10};      ///< clocks of instances may differ so much: the later one counts
        std::chrono::seconds lagWarning{60};
    };

    Sealer(DatabaseSession session, AuditKeys keys, Metrics &metrics, Options options);

    /// Seals all that can be. A problem when the trail in the database is not the one that this sealer has left, or that its key
    /// has signed: it is not gone on with then.
    Result<void> step();

    /// How long the oldest event that is known to wait has waited; 0: none does.
    std::chrono::microseconds lag() const { return m_lag.at(m_options.clock()); }

private:
    Result<bool> sealSome();
    Result<void> load(Instant now);
    Result<void> takeUp(Tx &tx);
    Result<bool> hasLease(Instant now);
    Result<void> beginEra(const UnsealedEvents &seen, Instant now);
    Result<bool> seal(std::vector<UnsealedEvent> events, qint64 xidTo, Instant now);
    Result<bool> add(const SealedEvents &sealed, const std::vector<SealNode> &nodes, const std::optional<SealKey> &key, Instant now);
    Instant timeOf(Instant now);

    DatabaseSession m_session;
    const SealKeyring m_keys;
    const Options m_options;
    SealLag m_lag;
    Counter &m_sealedEvents;
    Counter &m_seals;

    bool m_isLoaded = false;
    std::optional<Seal> m_last;
    merkle::Frontier m_frontier;
    std::vector<SealKey> m_knownKeys;
    int m_era = 1;
    qint64 m_from = 0; ///< transactions of the era that are covered end before it
    Instant m_leasedUntil{};
    std::chrono::steady_clock::time_point m_standbyUntil{}; ///< another one has the lease
    Metrics::Sampled m_lagGauge;
};

} // namespace aegis
