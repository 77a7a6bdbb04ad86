#include "tests/support/TestCluster.h"

#include "server/db/Connection.h"
#include "server/db/EmbeddedPostgres.h"
#include "server/db/Migrator.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>

#include <map>

namespace aegis::test {
namespace {

/// A test cannot go on without its database.
template <class T> T must(Result<T> result)
{
    if (!result)
        qFatal("the test's PostgreSQL: %s / %s", qPrintable(result.problem().detail), qPrintable(result.problem().internal));
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace

Database::Options TestDatabase::options() const
{
    Database::Options options;
    options.connection = serving;
    options.threads = 4;
    return options;
}

class TestCluster::Private {
public:
    QTemporaryDir directory{QDir::tempPath() + QStringLiteral("/aegis-test-XXXXXX")};
    std::unique_ptr<EmbeddedPostgres> postgres;
    std::map<QString, QByteArray> templates; ///< a migrated database for each directory, to be copied
    int number = 0;
};

TestCluster &TestCluster::instance()
{
    static TestCluster cluster;
    return cluster;
}

TestCluster::TestCluster() : d(std::make_unique<Private>())
{
    // When the tests run as root, PostgreSQL does not, and must be able to come in.
    chmod(QFile::encodeName(d->directory.path()).constData(), 0711);
    d->postgres = must(EmbeddedPostgres::start({.dataDirectory = d->directory.path(), .durable = false}));
}

TestCluster::~TestCluster() = default;

ConnectionString TestCluster::administrator(const QByteArray &database) const
{
    return d->postgres->administrator(database);
}

ConnectionString TestCluster::serving(const QByteArray &database) const
{
    return d->postgres->serving(database);
}

TestDatabase TestCluster::create(const QString &migrations)
{
    const auto connection = must(Connection::open(administrator(), {}));
    const auto run = [&](const QByteArray &script) {
        if (const auto error = connection->script(script))
            qFatal("the test's PostgreSQL: %s", qPrintable(error->internal));
    };
    const QByteArray name = "test_" + QByteArray::number(++d->number);
    if (migrations.isEmpty()) {
        run("create database " + name);
    } else {
        QByteArray &original = d->templates[migrations];
        if (original.isEmpty()) {
            original = name + "_template";
            run("create database " + original);
            must(Migrator({.administrator = administrator(original), .directory = migrations}).migrate());
        }
        run("create database " + name + " template " + original);
    }
    return {name, serving(name), administrator(name)};
}

} // namespace aegis::test
