#pragma once

#include "server/cli/CommandLine.h"
#include "server/config/Settings.h"

#include <functional>

namespace aegis {

/// `aegisd admin …`: gives, takes and shows roles of the platform, beside servers that run or without any. `tell` gets each line of the
/// answer; the problem's detail is a sentence for the operator. Blocks.
Result<void> runAdminCommand(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell);

} // namespace aegis
