#pragma once

#include "server/audit/AuditTrailStore.h"
#include "server/audit/MerkleTree.h"
#include "server/audit/SealStore.h"
#include "server/db/DatabaseSession.h"

#include <functional>

namespace aegis {

/// A seal with its events as they are stored now.
struct SealedPart {
    SealedEvents sealed;
    std::vector<std::optional<StoredEvent>> events; ///< in the order in which they were sealed; nothing: it is not there
    std::vector<StoredEvent> others;                ///< of the transactions that it covers, and not among its events
    bool isInOrder = true;                          ///< as transactions and ids have them
    std::vector<QUuid> strays;                      ///< of its events, those whose transaction is not one that it covers
};

/// Reads the trail from the database, a page at a time, on one connection. It only reads. Blocks.
class TrailReader {
public:
    explicit TrailReader(DatabaseSession &session, Instant now) : m_session(session), m_context(RequestContext::forSystem(now)) {}

    Result<std::vector<SealKey>> keys();
    Result<std::optional<Seal>> last();
    Result<std::optional<Seal>> bySequence(qint64 sequence);
    /// The tree's form at that size.
    Result<merkle::Frontier> frontierAt(quint64 size);
    Result<Instant> oldestDay();
    /// Calls `take` for each seal after that one and up to `last`, in their order, until it gives a problem.
    Result<void> read(qint64 after, qint64 last, const std::function<Result<void>(SealedPart)> &take);
    /// Whether some seal names that event.
    Result<bool> isSealed(qint64 xid, const QUuid &id);
    Result<UnsealedEvents> unsealed(qint64 from, int limit);

private:
    template <class T, class Function> Result<T> ask(Function function) { return m_session.read<T>(m_context, function); }
    /// All that is stored of these transactions.
    Result<std::vector<StoredEvent>> eventsOf(qint64 xidFrom, qint64 xidTo);
    /// `found`: of the transactions that the seal covers.
    Result<SealedPart> partOf(SealedEvents sealed, std::vector<StoredEvent> found);

    DatabaseSession &m_session;
    const RequestContext m_context;
};

} // namespace aegis
