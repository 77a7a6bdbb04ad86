#include "server/db/DatabaseCheck.h"

#include "server/db/Connection.h"

namespace aegis {
namespace {

constexpr Sql whatIsThere = R"(
select current_setting('server_version_num')::integer,
       current_setting('server_encoding'),
       session_user::text,
       (select rolsuper from pg_roles where rolname = session_user),
       (select rolbypassrls from pg_roles where rolname = session_user),
       (select string_agg(rolname, ', ' order by rolname) from pg_roles
         where (rolsuper or rolbypassrls) and rolname <> session_user and pg_has_role(session_user, oid, 'member')),
       (select string_agg(relname, ', ' order by relname) from pg_class
         where relnamespace = to_regnamespace('aegis') and relkind in ('r', 'p') and pg_has_role(session_user, relowner, 'member')),
       coalesce(has_schema_privilege(to_regnamespace('aegis'), 'usage'), false))";

Problem refusal(const QString &sentence)
{
    return Problem(ProblemCode::Internal, sentence);
}

Result<void> checkRole(const Row &row)
{
    const QString role = row.get<QString>(2);
    const QString remedy = QStringLiteral(
        "let DATABASE_URL log in as a role made with CREATE ROLE aegis_app LOGIN PASSWORD '...', and give the owner's in "
        "DATABASE_MIGRATION_URL");
    if (row.get<bool>(3))
        return refusal(QStringLiteral("the role %1 is a superuser, whom row-level security does not hold: %2").arg(role, remedy));
    if (row.get<bool>(4))
        return refusal(QStringLiteral("the role %1 has BYPASSRLS, so row-level security does not hold it: %2").arg(role, remedy));
    if (const auto others = row.get<std::optional<QString>>(5)) {
        return refusal(QStringLiteral("the role %1 is a member of %2, and can become what row-level security does not hold: revoke that, or %3")
                           .arg(role, *others, remedy));
    }
    if (row.get<std::optional<QString>>(6))
        return refusal(
            QStringLiteral("the role %1 owns tables of the schema aegis and could take row-level security off them: %2").arg(role, remedy));
    return {};
}

} // namespace

Result<void> checkDatabase(const ConnectionString &serving, const DatabaseSessionSettings &settings, const std::vector<Migration> &migrations)
{
    auto connection = Connection::open(serving, settings);
    if (!connection) {
        return Problem(ProblemCode::DatabaseUnavailable,
                       QStringLiteral("the database cannot be reached (%1): %2").arg(serving.description(), connection.problem().internal));
    }
    const Command command{whatIsThere, {}};
    const Exchange exchange = (*connection)->exchange({&command, 1});
    if (exchange.error || exchange.isLost)
        return startProblem(QStringLiteral("the database cannot be examined"), exchange.error.value_or(SqlError{}));

    const Row row = exchange.answers.front().first();
    if (row.get<int>(0) < 150'000)
        return refusal(QStringLiteral("PostgreSQL %1 is too old: 15 or newer is needed").arg(row.get<int>(0) / 10'000));
    if (row.get<QString>(1) != QStringLiteral("UTF8"))
        return refusal(QStringLiteral("the database's encoding is %1: make it with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0")
                           .arg(row.get<QString>(1)));
    CHECK(checkRole(row));

    TRY(const int done, migrationsDone(**connection, migrations));
    if (done < static_cast<int>(migrations.size()) || !row.get<bool>(7)) {
        return refusal(
            QStringLiteral(
                "%1 of %2 migrations have been carried out on the database: run `aegisd migrate`, or start the server, with the role that may "
                "change the schema in DATABASE_MIGRATION_URL")
                .arg(done)
                .arg(migrations.size()));
    }
    return {};
}

} // namespace aegis
