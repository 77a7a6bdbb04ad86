#pragma once

#include "server/db/Database.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <memory>

namespace aegis::test {

/// A database of its own, migrated, that goes with the cluster.
struct TestDatabase {
    QByteArray name;
    ConnectionString serving;       ///< as aegis_app: row-level security holds it
    ConnectionString administrator; ///< as the superuser, to look at what is really there

    /// For a Database as the server has it.
    Database::Options options() const;
};

/// A PostgreSQL for one test program, started when it is first asked for and gone when the program ends. It is not durable,
/// for speed. Every test class takes a database of its own from it.
class TestCluster {
public:
    /// The one of this program. A start that fails ends the program with the reason.
    static TestCluster &instance();

    /// A new database with the migrations of the directory (none when it is empty: an empty database).
    TestDatabase create(const QString &migrations = QStringLiteral(":/migrations"));

    ConnectionString administrator(const QByteArray &database = "postgres") const;
    ConnectionString serving(const QByteArray &database) const;

private:
    TestCluster();
    ~TestCluster();

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace aegis::test
