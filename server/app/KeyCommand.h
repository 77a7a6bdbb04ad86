#pragma once

#include "server/config/Settings.h"
#include "shared/result/Result.h"

#include <functional>

namespace aegis {

/// `aegisd keys list`: tells of each signing key, a line each. Blocks, as the other.
Result<void> listKeys(const Settings &settings, const std::function<void(const QString &)> &tell);

/// `aegisd keys rotate`: gives the next key its turn as soon as everybody can know it. Servers that run take it over within
/// JWT_KEY_POLL. Killed at any moment it is done or not, and may be called again.
Result<void> rotateKeys(const Settings &settings, const std::function<void(const QString &)> &tell);

} // namespace aegis
