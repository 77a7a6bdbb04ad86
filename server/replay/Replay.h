#pragma once

#include "server/db/DatabaseSession.h"
#include "server/replay/ReplayCheckStore.h"
#include "server/replay/ReplaySchemaStore.h"

namespace aegis {

/// Makes state again from the events, on a connection of its own as the role that migrates: it takes as long as it takes. It blocks.
class Replay {
public:
    explicit Replay(const ConnectionString &migrator);

    /// See ReplaySchemaStore::rebuild.
    Result<ReplaySchemaStore::Replayed> rebuild(Instant until, const QString &schema, Instant now);
    /// See ReplayCheckStore::compare.
    Result<ReplayCheckStore::Report> check(std::chrono::seconds sessionRetention, Instant now);

private:
    DatabaseSession m_session;
};

} // namespace aegis
