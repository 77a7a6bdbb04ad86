#include "server/app/Storage.h"

#include "server/app/ConnectionBudget.h"
#include "server/config/DataDirectory.h"
#include "server/db/DatabaseCheck.h"
#include "server/db/Migrator.h"
#include "server/db/PostgresCluster.h"
#include "server/log/Log.h"

#include <unistd.h>

namespace aegis {
namespace {

Result<ConnectionString> connectionOf(const Secret &url)
{
    return ConnectionString::parse(QString::fromUtf8(url.reveal()));
}

Result<void> migrate(const ConnectionString &administrator, const QByteArray &servingRole)
{
    TRY(const int count, Migrator({.administrator = administrator, .servingRole = servingRole}).migrate());
    if (count > 0)
        log::info("database_migrated", {{"migrations", count}});
    return {};
}

Result<void> migrate(const EmbeddedPostgres &cluster)
{
    auto migrated = migrate(cluster.administrator(), QByteArray());
    if (migrated || migrated.problem().code != ProblemCode::DatabaseUnavailable)
        return migrated;
    CHECK(cluster.ensureDatabase()); // an earlier start was killed before it had one
    return migrate(cluster.administrator(), QByteArray());
}

/// To the private cluster: besides this server's own those of commands that run beside it, of the operator's psql and of a backup.
int mostConnections(const Settings &settings)
{
    return databaseConnections(settings) + 28;
}

} // namespace

Result<Storage> Storage::open(const Settings &settings, Options options)
{
    CHECK(prepareDataDirectory(settings.dataDir, settings.hasEmbeddedDatabase() && geteuid() == 0));
    Storage storage;
    storage.session.statementTimeout = settings.databaseStatementTimeout;
    storage.session.behindPooler = settings.databasePgbouncer;
    if (settings.hasEmbeddedDatabase()) {
        TRY(storage.cluster,
            EmbeddedPostgres::start(
                {.dataDirectory = settings.dataDir,
                 .connections = mostConnections(settings),
                 .programDirectory = settings.postgresBinDir,
                 .durable = options.durable,
                 .tell = [](EmbeddedPostgres::Severity severity, const QString &what) {
                     log::line(severity == EmbeddedPostgres::Severity::Error ? LogLevel::Error : LogLevel::Info, "postgres", {{"message", what}});
                 }}));
        storage.serving = storage.cluster->serving();
        if (options.migrate)
            CHECK(migrate(*storage.cluster));
    } else {
        TRY(storage.serving, connectionOf(settings.databaseUrl));
        if (options.migrate && !settings.databaseMigrationUrl.isEmpty()) {
            TRY(const ConnectionString administrator, connectionOf(settings.databaseMigrationUrl));
            CHECK(migrate(administrator, storage.serving.value("user")));
        }
    }
    TRY(const std::vector<Migration> migrations, Migration::readAll(QStringLiteral(":/migrations")));
    storage.migrations = static_cast<int>(migrations.size());
    TRY(storage.checked, checkDatabase(storage.serving, storage.session, migrations));
    return storage;
}

Result<Storage> Storage::join(const Settings &settings)
{
    if (settings.hasEmbeddedDatabase()) {
        Storage running;
        TRY(const SystemAccount account, SystemAccount::choose(EmbeddedPostgres::Options().runAs));
        running.session.statementTimeout = settings.databaseStatementTimeout;
        running.serving = ConnectionString::socket(PostgresCluster::socketDirectoryOf(settings.dataDir), PostgresCluster::servingRole, "aegis");
        running.serving = running.serving.with("requirepeer", account.name); // in a directory that others may write to it may be theirs
        TRY(const std::vector<Migration> migrations, Migration::readAll(QStringLiteral(":/migrations")));
        auto connection = checkDatabase(running.serving, running.session, migrations);
        if (connection) {
            running.checked = *std::move(connection);
            return running;
        }
        if (connection.problem().code != ProblemCode::DatabaseUnavailable) // one runs, and is not fit for this program
            return std::move(connection).problem();
        if (!PostgresCluster::isIn(settings.dataDir)) {
            return Problem(ProblemCode::Internal,
                           QStringLiteral("there is no database in %1: give this command the settings of the servers (DATA_DIR, or DATABASE_URL if "
                                          "they have one), or start a "
                                          "server there first")
                               .arg(settings.dataDir));
        }
    }
    return open(settings, {.durable = true, .migrate = false});
}

} // namespace aegis
