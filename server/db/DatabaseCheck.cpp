#include "server/db/DatabaseCheck.h"

#include "server/db/Connection.h"

#include <array>

namespace aegis {
namespace {

/// The server, the database, and a role as which one would serve: $1, or who asks when that is empty.
constexpr Sql ground = R"(
select current_setting('server_version_num')::integer,
       current_setting('server_encoding'),
       given.name,
       coalesce(role.rolsuper, false),
       coalesce(role.rolbypassrls, false),
       (select string_agg(rolname, ', ' order by rolname) from pg_roles
         where (rolsuper or rolbypassrls) and oid <> role.oid and pg_has_role(role.oid, oid, 'member'))
  from (select coalesce(nullif($1::text, ''), session_user::text)) as given (name)
  left join pg_roles role on role.rolname = given.name)";

constexpr Sql whatIsThere = R"(
select (select string_agg(relname, ', ' order by relname) from pg_class
         where relnamespace = to_regnamespace('aegis') and relkind in ('r', 'p') and pg_has_role(session_user, relowner, 'member')),
       coalesce(has_schema_privilege(to_regnamespace('aegis'), 'usage'), false))";

Problem refusal(const QString &sentence)
{
    return Problem(ProblemCode::Internal, sentence);
}

/// For a role that DATABASE_URL should not name: to start again does not help.
Problem wrongRole(const QString &sentence)
{
    Problem problem = refusal(sentence);
    problem.fields.push_back({QStringLiteral("DATABASE_URL"), FieldCode::SettingValue, sentence});
    return problem;
}

QString remedy()
{
    return QStringLiteral("let DATABASE_URL log in as a role made with CREATE ROLE aegis_app LOGIN PASSWORD '...', and give the owner's in "
                          "DATABASE_MIGRATION_URL");
}

Result<void> checkGround(const Row &row)
{
    if (row.get<int>(0) < 150'000)
        return refusal(QStringLiteral("PostgreSQL %1 is too old: 15 or newer is needed").arg(row.get<int>(0) / 10'000));
    if (row.get<QString>(1) != QStringLiteral("UTF8"))
        return refusal(QStringLiteral("the database's encoding is %1: make it with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0")
                           .arg(row.get<QString>(1)));
    const QString role = row.get<QString>(2);
    if (row.get<bool>(3))
        return wrongRole(QStringLiteral("the role %1 is a superuser, whom row-level security does not hold: %2").arg(role, remedy()));
    if (row.get<bool>(4))
        return wrongRole(QStringLiteral("the role %1 has BYPASSRLS, so row-level security does not hold it: %2").arg(role, remedy()));
    if (const auto others = row.get<std::optional<QString>>(5)) {
        return wrongRole(QStringLiteral("the role %1 is a member of %2, and can become what row-level security does not hold: revoke that, or %3")
                             .arg(role, *others, remedy()));
    }
    return {};
}

Problem examination(const Exchange &exchange)
{
    return startProblem(QStringLiteral("the database cannot be examined"), exchange.error.value_or(SqlError{}));
}

} // namespace

Result<void> checkBeforeMigration(Connection &migrator, const QByteArray &servingRole)
{
    const Command command{ground, Parameters::of(Text{servingRole})};
    const Exchange exchange = migrator.exchange({&command, 1});
    if (exchange.error || exchange.isLost)
        return examination(exchange);
    return checkGround(exchange.answers.front().first());
}

Result<std::unique_ptr<Connection>> checkDatabase(const ConnectionString &serving, const DatabaseSessionSettings &settings,
                                                  const std::vector<Migration> &migrations)
{
    auto connection = Connection::open(serving, settings);
    if (!connection) {
        return Problem(ProblemCode::DatabaseUnavailable,
                       QStringLiteral("the database cannot be reached (%1): %2").arg(serving.description(), connection.problem().internal));
    }
    const std::array commands{Command{ground, Parameters::of(Text{QByteArray()})}, Command{whatIsThere, {}}};
    const Exchange exchange = (*connection)->exchange(commands);
    if (exchange.error || exchange.isLost)
        return examination(exchange);
    const Row role = exchange.answers.front().first();
    CHECK(checkGround(role));
    const Row there = exchange.answers.back().first();
    if (there.get<std::optional<QString>>(0)) {
        return wrongRole(QStringLiteral("the role %1 owns tables of the schema aegis and could take row-level security off them: %2")
                             .arg(role.get<QString>(2), remedy()));
    }

    TRY(const int done, migrationsDone(**connection, migrations));
    if (done < static_cast<int>(migrations.size()) || !there.get<bool>(1)) {
        return refusal(
            QStringLiteral(
                "%1 of %2 migrations have been carried out on the database: run `aegisd migrate`, or start the server, with the role that may "
                "change the schema in DATABASE_MIGRATION_URL")
                .arg(done)
                .arg(migrations.size()));
    }
    return connection;
}

} // namespace aegis
