#pragma once

#include "server/config/Settings.h"
#include "shared/result/Result.h"

#include <functional>

namespace aegis {

/// `aegisd clients create NAME`: makes credentials for a program and tells them, this once. `organization`: slug of the one whose tokens
/// alone it may ask about; empty: everybody's. Blocks, as the others.
Result<void> createClient(const Settings &settings, const QString &name, const QString &organization,
                          const std::function<void(const QString &)> &tell);
/// `aegisd clients list`: a line each.
Result<void> listClients(const Settings &settings, const std::function<void(const QString &)> &tell);
/// `aegisd clients revoke ID`.
Result<void> revokeClient(const Settings &settings, const QString &id, const std::function<void(const QString &)> &tell);

} // namespace aegis
