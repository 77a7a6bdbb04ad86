#pragma once

#include "server/db/ConnectionString.h"
#include "server/db/Migration.h"
#include "server/db/DatabaseSessionSettings.h"
#include "shared/result/Result.h"

#include <memory>
#include <vector>

namespace aegis {

class Connection;

/// What can be known before the first migration, so that nothing is written into a database that would then be refused:
/// PostgreSQL 15 or newer, encoding UTF8, and a serving role (if it is there already) that row-level security holds. On the
/// migrator's connection, to the same database; else as checkDatabase().
Result<void> checkBeforeMigration(Connection &migrator, const QByteArray &servingRole);

/// Whether the server may serve on this connection: PostgreSQL 15 or newer, encoding UTF8, a role that row-level security
/// holds (no superuser, no BYPASSRLS, no owner of the tables, and no way to become one), all migrations done and none that
/// this program does not know. Gives the connection that was looked at. A refusal's detail is one sentence for the operator, with
/// what to do. It blocks.
Result<std::unique_ptr<Connection>> checkDatabase(const ConnectionString &serving, const DatabaseSessionSettings &settings,
                                                  const std::vector<Migration> &migrations);

} // namespace aegis
