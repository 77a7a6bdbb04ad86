#pragma once

#include "server/config/LoadSettings.h"

namespace aegis {

/// `import-users FILE` of `aegisd`: shows how far it has come, and what is wrong with which line. Gives the exit code: a failure
/// too when a line was bad.
int importUsers(const LoadedSettings &loaded, const QString &file);

} // namespace aegis
