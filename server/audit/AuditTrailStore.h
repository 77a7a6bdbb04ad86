#pragma once

#include "server/db/Tx.h"

#include <vector>

namespace aegis {

/// An event as it is stored now, in the form that its digest is made of.
struct StoredEvent {
    qint64 xid = 0;
    QUuid id;
    int canon = 1;        ///< how `canonical` is made; 1: the envelope as docs/events.md says
    QByteArray canonical; ///< made from the columns; empty: they cannot be those of an event
    QByteArray digest;    ///< the column
};

/// The events of all tenants, for their verification and export.
class AuditTrailStore {
public:
    /// Where a page ends.
    struct Place {
        qint64 xid = -1;
        QUuid id;
    };
    /// Events of the transactions from `xidFrom` to before `xidTo` that come after that place, by transaction and id.
    static Result<std::vector<StoredEvent>> page(Tx &tx, qint64 xidFrom, qint64 xidTo, const Place &after, int limit);
    /// Those of these ids that there are, in no order.
    static Result<std::vector<StoredEvent>> byIds(Tx &tx, const std::vector<QUuid> &ids);
    /// Events before it are not kept any more: the beginning of the oldest day that there is a partition for.
    static Result<Instant> oldestDay(Tx &tx);
    /// The transaction and digest of an event that the context's tenant may see.
    struct Own {
        qint64 xid = 0;
        QByteArray digest;
    };
    static Result<std::optional<Own>> ownEvent(Tx &tx, const QUuid &id);
};

} // namespace aegis
