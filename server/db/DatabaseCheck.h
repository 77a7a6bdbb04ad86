#pragma once

#include "server/db/ConnectionString.h"
#include "server/db/Migration.h"
#include "server/db/DatabaseSessionSettings.h"
#include "shared/result/Result.h"

#include <vector>

namespace aegis {

/// Whether the server may serve on this connection: PostgreSQL 15 or newer, encoding UTF8, a role that row-level security
/// holds (no superuser, no BYPASSRLS, no owner of the tables, and no way to become one), all migrations done and none that
/// this program does not know. A refusal's detail is one sentence for the operator, with what to do. It blocks.
Result<void> checkDatabase(const ConnectionString &serving, const DatabaseSessionSettings &settings, const std::vector<Migration> &migrations);

} // namespace aegis
