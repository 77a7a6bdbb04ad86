#pragma once

#include "server/config/Settings.h"
#include "shared/result/Result.h"

#include <functional>

namespace aegis {

/// `aegisd keys rotate-encryption`: makes a new encryption key in the data directory, unless ENCRYPTION_KEY is set or an earlier
/// rotation has not come to its end, and seals anew what older keys have sealed. Servers that run take the new key when they
/// meet it. Killed at any moment it is begun again; while one is under way on a data directory another does nothing (`conflict`).
/// Tells in sentences how it goes. Blocks.
Result<void> rotateEncryptionKey(const Settings &settings, const std::function<void(const QString &)> &tell);

} // namespace aegis
