#include "server/jobs/Housekeeping.h"

#include "server/events/EventPartitionStore.h"
#include "server/idempotency/IdempotencyStore.h"
#include "server/sessions/RevocationStore.h"

namespace aegis {
namespace {

constexpr int rowsATime = 5'000;

/// Removes in small transactions until fewer than a full one was left.
template <class Remove> Result<void> removeAll(DatabaseSession &session, const RequestContext &context, Remove remove)
{
    for (;;) {
        TRY(const qint64 removed, session.write<qint64>(context, [&](Tx &tx) { return remove(tx, rowsATime); }));
        if (removed < rowsATime)
            return {};
    }
}

} // namespace

Result<void> keepHouse(DatabaseSession &session, Instant now)
{
    const RequestContext context = RequestContext::forSystem(now);
    CHECK(session.write<void>(context, EventPartitionStore::ensure));
    CHECK(removeAll(session, context, IdempotencyStore::removeExpired));
    CHECK(removeAll(session, context, RevocationStore::removeExpired));
    return {};
}

} // namespace aegis
