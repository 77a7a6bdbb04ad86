#include "server/replay/ReplaySchemaStore.h"

#include <QtCore/QRegularExpression>

#include <array>

namespace aegis {
namespace {

/// The comment by which a schema of a replay is known again.
constexpr const char *mark = "Aegis: made by `aegisd events replay`";

constexpr Sql schemaSql(R"(
    select pg_get_userbyid(n.nspowner) = 'aegis_owner' and coalesce(obj_description(n.oid, 'pg_namespace'), '') like $2 || '%'
    from pg_namespace n where n.nspname = $1)");
constexpr Sql ownerSql("set local role aegis_owner");
constexpr Sql definerSql("set local role aegis_definer");
constexpr Sql eventsSql("select count(*) from aegis.told_event e where e.occurred_at <= $1");

/// A table and the function that tells its rows. The names are those of the tables that it makes again.
struct Table {
    const char *name;
    const char *columns;
    const char *source; ///< of the moment $1
    qint64 ReplaySchemaStore::Replayed::*count;
};

using Replayed = ReplaySchemaStore::Replayed;

constexpr std::array tables{
    Table{"organization",
          "id uuid primary key, name text, slug text, status text, status_before text, deleted_at timestamptz, created_at timestamptz, "
          "is_created boolean",
          "select * from aegis.replayed_organizations($1, null)", &Replayed::organizations},
    Table{
        "user",
        "id uuid primary key, status text, locked_until timestamptz, managed_by uuid, email_verified_at timestamptz, is_verification_known boolean, "
        "created_at timestamptz, is_created boolean",
        "select * from aegis.replayed_users($1, null)", &Replayed::users},
    Table{"organization_role", "organization_id uuid, id uuid, name text, permissions text[], is_created boolean, primary key (organization_id, id)",
          "select * from aegis.replayed_roles($1, null)", &Replayed::roles},
    Table{"user_role",
          "organization_id uuid, user_id uuid, role text, role_id uuid, created_at timestamptz, primary key (organization_id, user_id, role)",
          "select * from aegis.replayed_memberships($1, null, null)", &Replayed::memberships},
    Table{"platform_role", "user_id uuid, role text, granted_by uuid, created_at timestamptz, primary key (user_id, role)",
          "select * from aegis.replayed_platform_roles($1, null)", &Replayed::platformRoles},
    Table{"session",
          "tenant_id uuid, id uuid primary key, user_id uuid, organization_id uuid, created_at timestamptz, expires_at timestamptz, "
          "ended_at timestamptz, end_reason text, ended_by uuid, why text",
          "select * from aegis.replayed_sessions($1)", &Replayed::sessions},
};

/// A statement about a schema, whose name no parameter can be: faultIn() has let it through.
Result<Rows> about(Tx &tx, const QByteArray &statement)
{
    return tx.query(Sql::composed(statement), Parameters());
}

QByteArray nameIn(const QByteArray &schema, const Table &table)
{
    return '"' + schema + "\".\"" + table.name + '"';
}

Result<void> removeFormer(Tx &tx, const QByteArray &schema)
{
    TRY(const Rows found, tx.query(schemaSql, Text{schema}, QLatin1String(mark)));
    if (found.isEmpty())
        return {};
    if (!found.first().get<bool>(0))
        return Problem(ProblemCode::Conflict,
                       QStringLiteral("there is a schema %1 that no replay has made: it stays as it is, choose another name with --schema")
                           .arg(QString::fromUtf8(schema)));
    const auto leaned = [&](Problem problem) {
        problem.detail = QStringLiteral("the schema %1 of an earlier replay cannot be replaced: something else may be in it or lean on it")
                             .arg(QString::fromUtf8(schema));
        return problem;
    };
    for (const Table &table : tables) { // not `cascade`: what others have made of it is theirs
        if (auto dropped = about(tx, "drop table if exists " + nameIn(schema, table)); !dropped)
            return leaned(std::move(dropped).problem());
    }
    if (auto dropped = about(tx, "drop schema \"" + schema + '"'); !dropped)
        return leaned(std::move(dropped).problem());
    return {};
}

} // namespace

QString ReplaySchemaStore::faultIn(const QString &schema)
{
    static const QRegularExpression pattern(QStringLiteral("^[a-z_][a-z0-9_]{0,62}$"));
    if (!pattern.match(schema).hasMatch())
        return QStringLiteral("is no name of a schema: up to 63 of a-z, 0-9 and _, not beginning with a digit");
    if (schema.startsWith(QLatin1String("pg_")) || schema == QLatin1String("aegis") || schema == QLatin1String("public")
        || schema == QLatin1String("information_schema"))
        return QStringLiteral("is a schema that is needed for something else");
    return {};
}

Result<ReplaySchemaStore::Replayed> ReplaySchemaStore::rebuild(Tx &tx, Instant until, const QString &schema)
{
    const QByteArray name = schema.toUtf8();
    CHECK(removeFormer(tx, name));
    CHECK(about(tx, "create schema \"" + name + "\" authorization aegis_owner"));
    CHECK(tx.query(ownerSql));
    CHECK(about(tx, "comment on schema \"" + name + "\" is '" + mark + ", as of " + toRfc3339(until) + '\''));
    CHECK(about(tx, "grant usage on schema \"" + name + "\" to aegis_definer"));
    for (const Table &table : tables) {
        CHECK(about(tx, "create table " + nameIn(name, table) + " (" + table.columns + ')'));
        CHECK(about(tx, "grant insert on " + nameIn(name, table) + " to aegis_definer"));
    }
    CHECK(tx.query(definerSql)); // who sees the events of all
    Replayed replayed;
    TRY(const Row events, tx.queryOne(ProblemCode::Internal, eventsSql, until));
    replayed.events = events.get<qint64>(0);
    for (const Table &table : tables) {
        const QByteArray fill = "insert into " + nameIn(name, table) + ' ' + table.source;
        TRY(const Rows filled, tx.query(Sql::composed(fill), Parameters::of(until)));
        replayed.*table.count = filled.affected();
    }
    CHECK(tx.query(ownerSql));
    for (const Table &table : tables)
        CHECK(about(tx, "revoke all on " + nameIn(name, table) + " from aegis_definer"));
    CHECK(about(tx, "revoke all on schema \"" + name + "\" from aegis_definer"));
    return replayed;
}

} // namespace aegis
