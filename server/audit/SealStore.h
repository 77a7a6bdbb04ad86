#pragma once

#include "server/audit/Seal.h"
#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// An event that no seal covers yet.
struct UnsealedEvent {
    qint64 xid = 0; ///< of its transaction
    QUuid id;
    QByteArray digest;
    Instant occurredAt{};
};

/// The events that can be sealed, in the order in which they are.
struct UnsealedEvents {
    qint64 horizon = 0;  ///< every transaction before it has ended
    qint64 newest = 0;   ///< no transaction has this number yet
    qint64 sequence = 0; ///< of the last seal; 0: there is none
    std::vector<UnsealedEvent> events;
};

/// A seal with the events that it adds, in their order.
struct SealedEvents {
    Seal seal;
    QByteArray ids;     ///< 16 bytes each (RFC 9562)
    QByteArray digests; ///< 32 bytes each

    QUuid idAt(quint64 place) const { return QUuid::fromRfc4122(QByteArrayView(ids).sliced(qsizetype(place) * 16, 16)); }
    QByteArray digestAt(quint64 place) const { return digests.mid(qsizetype(place) * 32, 32); }
};

/// The hash of a subtree.
struct SealNode {
    int level = 0;
    quint64 place = 0;
    Sha256 hash{};
};

/// The tables `seal`, `seal_node` and `seal_key`: no tenant's, and only added to.
class SealStore {
public:
    /// Events of transactions from that number on, about so many: those of one transaction are never divided. `withoutHorizon`: also
    /// those that may still get neighbours.
    static Result<UnsealedEvents> unsealed(Tx &tx, qint64 from, int limit, bool withoutHorizon = false);

    static Result<std::optional<Seal>> last(Tx &tx);
    static Result<std::optional<Seal>> bySequence(Tx &tx, qint64 sequence);
    /// The seal whose tree has that size.
    static Result<std::optional<Seal>> bySize(Tx &tx, quint64 size);
    /// The first one with a tree larger than that.
    static Result<std::optional<Seal>> coveringPosition(Tx &tx, quint64 position);
    /// Seals with their events, in their order, up to `last`.
    static Result<std::vector<SealedEvents>> page(Tx &tx, qint64 after, qint64 last, int limit);
    /// The place of an event in the tree; nothing when it is not sealed.
    static Result<std::optional<quint64>> positionOf(Tx &tx, qint64 xid, const QUuid &id);
    /// The ids in seals of earlier eras that cover these transactions, 16 bytes each.
    static Result<QByteArrayList> sealedBefore(Tx &tx, int era, qint64 xidFrom, qint64 xidTo);

    /// False when another one has that sequence: then nothing was added.
    static Result<bool> add(Tx &tx, const SealedEvents &sealed);
    static Result<void> addNodes(Tx &tx, const std::vector<SealNode> &nodes);

    static Result<std::vector<SealKey>> keys(Tx &tx);
    static Result<void> addKey(Tx &tx, const SealKey &key);

    /// Digests of the events at these positions, one behind another; fewer when there are fewer.
    static Result<QByteArray> digests(Tx &tx, quint64 position, quint64 count);
    /// Hashes of the subtrees at these places of a level that is stored.
    static Result<std::vector<Sha256>> nodes(Tx &tx, int level, quint64 place, quint64 count);
};

} // namespace aegis
