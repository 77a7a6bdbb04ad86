#pragma once

#include "server/async/Task.h"
#include "server/audit/MerkleTree.h"
#include "server/audit/Seal.h"
#include "server/db/Database.h"

namespace aegis {

/// That an event is in the tree of a head: RFC 9162, section 2.1.3. It shows hashes of other events only.
struct InclusionProof {
    EventId event;
    quint64 position = 0;
    Sha256 digest{}; ///< of the event's canonical bytes; its leaf is SHA-256(0x00 || digest)
    merkle::Proof path;
    Seal head;
};

/// That the tree of one head begins with that of another one: RFC 9162, section 2.1.4.
struct ConsistencyProof {
    Seal from;
    Seal to;
    merkle::Proof path;
};

/// Answers who wants to prove something about the audit trail, or to hold the server to what it has signed. Any I/O thread.
class AuditProofService {
public:
    explicit AuditProofService(Database &database) : m_database(database) {}

    /// The last seal. `not_found` before the first one.
    Task<Result<Seal>> head(RequestContext context) const;
    /// In the tree of the last head, or of the one with that sequence. `not_found` for an event that the context's tenant may not see
    /// or that is not there, for one that is not sealed yet, and for a head from before it.
    Task<Result<InclusionProof>> inclusionProof(RequestContext context, EventId event, qint64 sequence = 0) const;
    /// Between the heads of these sequences; `to` 0: the last one. `not_found` when one is not there, `validation_failed` when they
    /// are in the wrong order.
    Task<Result<ConsistencyProof>> consistencyProof(RequestContext context, qint64 from, qint64 to = 0) const;
    /// The public halves of the keys, in their order.
    Task<Result<std::vector<SealKey>>> keys(RequestContext context) const;

private:
    Database &m_database;
};

} // namespace aegis
