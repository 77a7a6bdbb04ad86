#pragma once

#include "server/cli/CommandLine.h"
#include "server/config/Settings.h"

#include <functional>

namespace aegis {

/// `aegisd events replay`: makes the schema, or with `--check` compares; tells what it has found. True when the tables are what the events
/// tell. It needs the connection that migrates: of the private cluster, or DATABASE_MIGRATION_URL. Blocks.
Result<bool> replayEvents(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell);

} // namespace aegis
