#pragma once

#include "server/cli/CommandLine.h"
#include "server/config/Settings.h"

#include <functional>

namespace aegis {

/// `aegisd audit verify`: tells what it has found, the verdict first; true when nothing is wrong. A problem: it could not look. It
/// only reads. Blocks, as the others.
Result<bool> verifyAudit(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell);

/// `aegisd audit export FILE`: the file is new, or nothing is written.
Result<void> exportAudit(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell);

/// `aegisd audit head`: one line of JSON, for `--head` later.
Result<void> printAuditHead(const Settings &settings, const std::function<void(const QString &)> &tell);

/// `aegisd audit rotate-key`: servers sign with the new key when they start the next time.
Result<void> rotateAuditKey(const Settings &settings, const std::function<void(const QString &)> &tell);

} // namespace aegis
