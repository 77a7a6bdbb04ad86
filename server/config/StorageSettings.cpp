#include "server/config/SettingRows.h"

namespace aegis {
namespace {

using namespace setting_rows;

QByteArray dataDirOn(const Machine &machine)
{
    return machine.isRoot ? QByteArrayLiteral("/var/lib/aegis") : (machine.dataHome + QStringLiteral("/aegis")).toUtf8();
}

} // namespace

SettingGroup storageSettings()
{
    return {
        QStringLiteral("Storage"),
        {computed(path("DATA_DIR", &Settings::dataDir, "", "Where secrets that were not set and the embedded database live. Back it up."),
                  "/var/lib/aegis for root, else $XDG_DATA_HOME/aegis or ~/.local/share/aegis", dataDirOn),
         described(databaseUrl("DATABASE_URL", &Settings::databaseUrl,
                               "The PostgreSQL 15 or newer to use, with a role that cannot bypass row-level security. Without it the server keeps "
                               "a private PostgreSQL of its own in DATA_DIR, so that one program is a whole system."),
                   "the embedded database"),
         described(databaseUrl("DATABASE_MIGRATION_URL", &Settings::databaseMigrationUrl,
                               "The same database with the role that owns the schema, for migrations only: the role that serves should not be able "
                               "to change tables."),
                   "none: the schema is looked at, and not changed"),
         count("DATABASE_POOL_SIZE", &Settings::databasePoolSize, "8", 1, 256,
               "Connections that serve requests. Transactions of several statements have as many again at most, opened when they are needed. "
               "More only helps when the database has more cores than that to give."),
         count("DATABASE_QUEUE", &Settings::databaseQueue, "1024", 1, 1000000,
               "Transactions that may wait for a connection: about a second's worth. One more is answered 503 at once instead of ever later."),
         duration("DATABASE_STATEMENT_TIMEOUT", &Settings::databaseStatementTimeout, "5s", "10ms", "10m",
                  "How long one statement may run. All of them take milliseconds; one that does not must not hold a connection for long."),
         toggle("DATABASE_PGBOUNCER", &Settings::databasePgbouncer, "off",
                "Says that DATABASE_URL leads to a PgBouncer in transaction mode, of whatever version: no statement is prepared by name then, and "
                "what holds for a connection is said with each transaction. DATABASE_MIGRATION_URL must not lead through it."),
         described(path("POSTGRES_BIN_DIR", &Settings::postgresBinDir, "", "Where initdb and postgres for the embedded database are."),
                   "the newest of /usr/lib/postgresql/*/bin, else PATH")}};
}

} // namespace aegis
