#include "server/jobs/Housekeeping.h"

#include "server/events/EventPartitionStore.h"
#include "server/idempotency/IdempotencyStore.h"
#include "server/sessions/RevocationStore.h"

namespace aegis {

Result<void> keepHouse(Session &session, Instant now)
{
    return session.write<void>(RequestContext::forSystem(now), [](Tx &tx) -> Result<void> {
        CHECK(EventPartitionStore::ensure(tx));
        CHECK(IdempotencyStore::removeExpired(tx));
        CHECK(RevocationStore::removeExpired(tx));
        return {};
    });
}

} // namespace aegis
