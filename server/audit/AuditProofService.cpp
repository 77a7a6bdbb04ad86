#include "server/audit/AuditProofService.h"

#include "server/audit/AuditTrailStore.h"
#include "server/audit/SealTreeStore.h"

namespace aegis {
namespace {

Problem inconsistent()
{
    return Problem(ProblemCode::Internal).withInternal(QStringLiteral("the audit trail proves something else than it has signed: verify it"));
}

Result<Seal> headOf(Tx &tx, qint64 sequence)
{
    TRY(std::optional<Seal> head, sequence > 0 ? SealStore::bySequence(tx, sequence) : SealStore::last(tx));
    if (!head)
        return ProblemCode::NotFound;
    return *std::move(head);
}

Result<InclusionProof> proveInclusion(Tx &tx, const EventId &event, qint64 sequence)
{
    TRY(const std::optional<AuditTrailStore::Own> own, AuditTrailStore::ownEvent(tx, event.uuid()));
    if (!own)
        return ProblemCode::NotFound;
    TRY(const std::optional<quint64> position, SealStore::positionOf(tx, own->xid, event.uuid()));
    TRY(Seal head, headOf(tx, sequence));
    if (!position || *position >= head.size)
        return ProblemCode::NotFound;
    SealTreeStore tree(tx);
    InclusionProof proof{.event = event, .position = *position, .digest = hashOf(own->digest), .path = {}, .head = std::move(head)};
    TRY(proof.path, merkle::inclusionProof(tree.nodes(), *position, proof.head.size));
    if (!merkle::isIncluded(merkle::leafHash(own->digest), *position, proof.head.size, proof.path, proof.head.root))
        return inconsistent();
    return proof;
}

Result<ConsistencyProof> proveConsistency(Tx &tx, qint64 from, qint64 to)
{
    TRY(Seal older, headOf(tx, from));
    TRY(Seal newer, headOf(tx, to));
    if (older.size > newer.size)
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("the second head is older than the first one"));
    SealTreeStore tree(tx);
    TRY(merkle::Proof path, merkle::consistencyProof(tree.nodes(), older.size, newer.size));
    if (!merkle::isConsistent(older.size, older.root, newer.size, newer.root, path))
        return inconsistent();
    return ConsistencyProof{.from = std::move(older), .to = std::move(newer), .path = std::move(path)};
}

} // namespace

Task<Result<Seal>> AuditProofService::head(RequestContext context) const
{
    auto answer = co_await m_database.read<Seal>(context, [](Tx &tx) { return headOf(tx, 0); });
    co_return answer;
}

Task<Result<InclusionProof>> AuditProofService::inclusionProof(RequestContext context, EventId event, qint64 sequence) const
{
    auto answer = co_await m_database.read<InclusionProof>(context, [=](Tx &tx) { return proveInclusion(tx, event, sequence); });
    co_return answer;
}

Task<Result<ConsistencyProof>> AuditProofService::consistencyProof(RequestContext context, qint64 from, qint64 to) const
{
    if (from <= 0)
        co_return ProblemCode::NotFound;
    auto answer = co_await m_database.read<ConsistencyProof>(context, [=](Tx &tx) { return proveConsistency(tx, from, to); });
    co_return answer;
}

Task<Result<std::vector<SealKey>>> AuditProofService::keys(RequestContext context) const
{
    using Keys = std::vector<SealKey>;
    auto answer = co_await m_database.read<Keys>(context, [](Tx &tx) { return SealStore::keys(tx); });
    co_return answer;
}

} // namespace aegis
