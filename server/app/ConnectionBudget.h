#pragma once

#include "server/config/Settings.h"

namespace aegis {

/// How many connections to the database a server with these settings opens at most: the pool's, those of the I/O threads, and one of
/// each loop.
int databaseConnections(const Settings &settings);

} // namespace aegis
