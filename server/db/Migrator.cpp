#include "server/db/Migrator.h"

#include "server/db/Connection.h"
#include "server/db/DatabaseCheck.h"

#include <libpq-fe.h>

#include <thread>

namespace aegis {
namespace {

/// Roles belong to the cluster, not to the database, so the lock of this database does not keep others away: who comes
/// second finds them made.
const char *const roles = R"(
do $$
declare
    wanted record;
begin
    for wanted in
        select * from (values ('aegis_owner', 'nologin'), ('aegis_app', 'login'), ('aegis_definer', 'nologin bypassrls')) as w (name, attributes)
    loop
        if not exists (select from pg_roles where rolname = wanted.name) then
            begin
                execute format('create role %I %s', wanted.name, wanted.attributes);
            exception when duplicate_object or unique_violation then
                null;
            end;
        end if;
    end loop;
    for wanted in
        select * from (values ('aegis_definer', 'aegis_owner'), ('aegis_owner', current_user::text), ('aegis_definer', current_user::text)) as w (role, member)
    loop
        if not pg_has_role(wanted.member, wanted.role, 'member') then
            begin
                execute format('grant %I to %I', wanted.role, wanted.member);
            exception when unique_violation or internal_error then
                null;
            end;
        end if;
    end loop;
    if not (select rolbypassrls from pg_roles where rolname = 'aegis_definer') then
        raise 'the role aegis_definer lacks BYPASSRLS';
    end if;
end $$)";

/// The owner makes the schema if it may, and what the migrator itself needs in it.
const char *const schema = R"(
do $$
begin
    if not exists (select from pg_namespace where nspname = 'aegis') then
        create schema aegis authorization aegis_owner;
    end if;
end $$;
set local role aegis_owner;
grant usage on schema aegis to aegis_definer;
revoke create on schema aegis from aegis_definer; -- of a database that an earlier version has migrated
grant usage on schema aegis to aegis_app;
create table if not exists aegis.migration (
    version integer primary key,
    name text not null,
    sha256 bytea not null,
    applied_at timestamptz not null default now()
);
do $$
begin
    if not exists (select from pg_policies where schemaname = 'aegis' and tablename = 'migration') then
        alter table aegis.migration enable row level security, force row level security;
        create policy everybody on aegis.migration using (true); -- no tenant's; the grant says what may be done
    end if;
end $$;
grant select on aegis.migration to aegis_app;
reset role)";

/// Taken at the start of each transaction, and with it given back. The number is only ours: "aegis" in ASCII.
const char *const lock = "set local lock_timeout = '60s'; select pg_advisory_xact_lock(418313464179); set local lock_timeout = '5s'";

/// While a migration runs, and no longer, aegis_definer may make functions in the schema: whoever can become it afterwards adds none
/// to those that bypass row-level security.
const char *const asOwner = "set local role aegis_owner; set local search_path = aegis, pg_temp; grant create on schema aegis to aegis_definer";

/// A table that is in use is waited for so often, five seconds each.
constexpr int mostTries = 6;

/// Rolls back unless it was committed.
class Block {
public:
    explicit Block(Connection &connection) : m_connection(connection) {}
    ~Block()
    {
        if (m_open)
            m_connection.script("rollback");
    }
    Block(const Block &) = delete;
    Block &operator=(const Block &) = delete;

    std::optional<SqlError> begin()
    {
        m_open = true;
        return m_connection.script(QByteArray("begin; ") + lock);
    }
    std::optional<SqlError> commit()
    {
        m_open = false;
        return m_connection.script("commit");
    }

private:
    Connection &m_connection;
    bool m_open = false;
};

int lineOf(const QByteArray &script, int position)
{
    return static_cast<int>(QString::fromUtf8(script).left(position).count(QLatin1Char('\n'))) + 1;
}

} // namespace

Result<int> Migrator::migrate()
{
    TRY(const auto migrations, Migration::readAll(m_options.directory));
    DatabaseSessionSettings settings;
    settings.applicationName = "aegisd-migrate";
    settings.statementTimeout = settings.idleInTransactionTimeout = std::chrono::milliseconds(0);
    auto connection = Connection::open(m_options.administrator, settings);
    if (!connection) {
        return Problem(ProblemCode::DatabaseUnavailable,
                       QStringLiteral("the database cannot be reached for its migration (%1): %2")
                           .arg(m_options.administrator.description(), connection.problem().internal));
    }
    CHECK(checkBeforeMigration(**connection, m_options.servingRole.isEmpty() ? QByteArrayLiteral("aegis_app") : m_options.servingRole));
    CHECK(makeRoles(**connection));
    for (int done = 0;; ++done) {
        TRY(const bool more, migrateOne(**connection, migrations));
        if (!more)
            return done;
    }
}

Result<void> Migrator::makeRoles(Connection &connection) const
{
    Block block(connection);
    if (const auto error = block.begin())
        return startProblem(QStringLiteral("another migration of this database does not end"), *error);
    if (const auto error = connection.script(roles)) {
        return startProblem(
            QStringLiteral("the database's roles cannot be made. As a superuser, run those of these that are missing, and then this again: "
                           "CREATE ROLE aegis_owner NOLOGIN; CREATE ROLE aegis_definer NOLOGIN BYPASSRLS; CREATE ROLE aegis_app LOGIN; "
                           "GRANT aegis_definer TO aegis_owner; GRANT aegis_owner, aegis_definer TO \"%1\"; %2ALTER DATABASE \"%3\" OWNER TO "
                           "aegis_owner;")
                .arg(QString::fromUtf8(m_options.administrator.value("user")),
                     m_options.servingRole.isEmpty() || m_options.servingRole == "aegis_app"
                         ? QString()
                         : QStringLiteral("GRANT aegis_app TO \"%1\"; ").arg(QString::fromUtf8(m_options.servingRole)),
                     QString::fromUtf8(m_options.administrator.value("dbname"))),
            *error);
    }
    if (!m_options.servingRole.isEmpty() && m_options.servingRole != "aegis_app") {
        const Command member{"select pg_has_role($1, 'aegis_app', 'member'), format('grant aegis_app to %I', $1::text)",
                             Parameters::of(Text{m_options.servingRole})};
        const Exchange exchange = connection.exchange({&member, 1});
        const bool isMember = !exchange.answers.empty() && exchange.answers.front().first().get<bool>(0);
        const auto error = exchange.error || isMember ? exchange.error : connection.script(exchange.answers.front().first().get<QByteArray>(1));
        if (error) {
            return startProblem(QStringLiteral("the role %1 cannot be made a member of aegis_app: as a superuser, run GRANT aegis_app TO %1")
                                    .arg(QString::fromUtf8(m_options.servingRole)),
                                *error);
        }
    }
    if (const auto error = connection.script(schema)) {
        return startProblem(
            QStringLiteral("the schema aegis cannot be made: as the database's owner, run CREATE SCHEMA aegis AUTHORIZATION aegis_owner"), *error);
    }
    if (const auto error = block.commit())
        return startProblem(QStringLiteral("the database's roles cannot be made"), *error);
    return {};
}

Result<bool> Migrator::migrateOne(Connection &connection, const std::vector<Migration> &migrations) const
{
    Block block(connection);
    if (const auto error = block.begin())
        return startProblem(QStringLiteral("another migration of this database does not end"), *error);
    TRY(const int done, migrationsDone(connection, migrations)); // under the lock: another migrator may have been at work
    if (done == static_cast<int>(migrations.size()))
        return false;

    const Migration &next = migrations.at(static_cast<std::size_t>(done));
    CHECK(apply(connection, next));
    if (const auto error = block.commit())
        return startProblem(QStringLiteral("the migration %1 failed at its commit").arg(next.fileName()), *error);
    return true;
}

Result<void> Migrator::apply(Connection &connection, const Migration &migration) const
{
    auto error = connection.script(QByteArray(asOwner) + "; savepoint migration");
    for (int tries = 0; !error && tries < mostTries; ++tries) {
        error = connection.script(migration.script);
        if (!error || error->state != "55P03" || tries + 1 == mostTries)
            break;
        error = connection.script("rollback to savepoint migration"); // a lock was not given in time: try again
    }
    if (error) {
        const QString line = error->position > 0 ? QStringLiteral(", line %1").arg(lineOf(migration.script, error->position)) : QString();
        return startProblem(QStringLiteral("the migration %1 failed%2; nothing of it was kept").arg(migration.fileName(), line), *error);
    }
    if (PQtransactionStatus(connection.handle()) != PQTRANS_INTRANS)
        return Problem(ProblemCode::Internal, QStringLiteral("the migration %1 ends its transaction, which it must not").arg(migration.fileName()));

    const std::array commands{Command{"set local role aegis_owner", {}}, Command{"revoke create on schema aegis from aegis_definer", {}},
                              Command{"insert into aegis.migration (version, name, sha256) values ($1, $2, $3)",
                                      Parameters::of(migration.version, migration.name, Bytes{migration.sha256})}};
    const Exchange exchange = connection.exchange(commands);
    if (exchange.error || exchange.isLost)
        return startProblem(QStringLiteral("the migration %1 cannot be recorded").arg(migration.fileName()), exchange.error.value_or(SqlError{}));
    return {};
}

} // namespace aegis
