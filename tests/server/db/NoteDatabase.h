#pragma once

#include "server/context/RequestContext.h"
#include "server/db/Connection.h"
#include "tests/support/TestCluster.h"

#include <QtCore/QString>

namespace aegis::test {

/// A database with one table of tenants' notes, as the server's tables are: forced row-level security, served as aegis_app.
/// The text `unique` may stand there once, which is only looked at when the transaction commits.
TestDatabase makeNoteDatabase();
/// Its migrations. The text `doomed` ends the server's process while it commits.
QString noteMigrations();

/// Writes files into a directory of migrations, which goes with the program.
QString makeMigrations(const QString &name, const std::vector<std::pair<QString, QByteArray>> &files);

/// As the superuser, whom no policy holds.
QString lookUp(const TestDatabase &database, const QByteArray &query);
qint64 countNotes(const TestDatabase &database);
void clearNotes(const TestDatabase &database);

RequestContext contextOf(OrganizationId organization);

} // namespace aegis::test
