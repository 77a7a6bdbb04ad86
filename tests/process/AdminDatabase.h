#pragma once

#include "server/db/Connection.h"
#include "tests/support/ServerProcess.h"

#include <QtCore/QMap>

namespace aegis::test {

/// A server's database as the superuser sees it: what is really there, whoever's it is. A statement that fails ends the
/// program with the reason. To be used by one thread.
class AdminDatabase {
public:
    explicit AdminDatabase(const ConnectionString &administrator);
    /// Of the embedded cluster in that directory, which must run.
    explicit AdminDatabase(const DataDirectory &directory);

    Rows query(const QByteArray &statement);
    void execute(const QByteArray &statement);
    qint64 count(const QByteArray &statement) { return query(statement).first().get<qint64>(0); }

    /// How many rows each table of Aegis has, but for what a server writes by itself: jobs, seals, and their events.
    QMap<QString, qint64> rowCounts();
    /// What was only half written, a sentence each; nothing when all is whole.
    QStringList brokenRules();

private:
    std::unique_ptr<Connection> m_connection;
};

} // namespace aegis::test
