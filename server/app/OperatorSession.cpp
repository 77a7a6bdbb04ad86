#include "server/app/OperatorSession.h"

#include "server/events/EventPartitionStore.h"

namespace aegis {

Result<OperatorSession> OperatorSession::open(const Settings &settings)
{
    TRY(InstanceSecrets secrets, InstanceSecrets::present(settings));
    TRY(Storage storage, Storage::join(settings));
    DatabaseSession session(storage.serving, storage.session);
    const Instant now = systemNow();
    CHECK(session.write<void>(RequestContext::forSystem(now), EventPartitionStore::ensure)); // no server may have run for long
    return OperatorSession{.secrets = std::move(secrets), .storage = std::move(storage), .session = std::move(session), .now = now};
}

} // namespace aegis
