#pragma once

#include "server/cli/Commands.h"

namespace aegis {

/// `run`, `migrate`, `import-users`, `calibrate`, `keys ...`, `clients ...` and `audit ...` of `aegisd`. They need a QCoreApplication.
Commands serverCommands();

} // namespace aegis
