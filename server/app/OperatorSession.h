#pragma once

#include "server/app/Storage.h"
#include "server/config/InstanceSecrets.h"
#include "server/db/DatabaseSession.h"

namespace aegis {

/// What a command that changes something works with, beside servers that run or without any: their secrets, their database, and room
/// for the events that it leaves.
struct OperatorSession {
    InstanceSecrets secrets;
    Storage storage; ///< outlives the session: it may hold a cluster of its own
    DatabaseSession session;
    Instant now{};

    /// Makes up no secret and no database: the command is to have the settings of the servers. The problem's detail is a sentence for the
    /// operator. Blocks.
    static Result<OperatorSession> open(const Settings &settings);
};

} // namespace aegis
