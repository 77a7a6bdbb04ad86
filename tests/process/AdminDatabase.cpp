#include "tests/process/AdminDatabase.h"

#include <array>

namespace aegis::test {
namespace {

struct Rule {
    const char *sentence; ///< what is wrong with the rows that are found
    const char *found;
};

/// Each refresh writes an event in the transaction that counts the generation up; what a registration, a login and the end
/// of a session write stands or falls together.
constexpr std::array rules{
    Rule{"users without a profile", R"(select id from "user" except select user_id from user_profile)"},
    Rule{"users without a session", R"(select id from "user" except select user_id from session)"},
    Rule{"users without a UserCreated event", R"(select id from "user" except select subject_id from event where type = 'UserCreated')"},
    Rule{"UserCreated events without a user", R"(select subject_id from event where type = 'UserCreated' except select id from "user")"},
    Rule{"organizations without details", "select id from organization except select organization_id from organization_details"},
    Rule{"organizations without an owner",
         "select id from organization except select m.organization_id from user_role m join organization_role r on "
         "r.organization_id = m.organization_id and r.id = m.role_id where r.name = 'ORGANIZATION_OWNER'"},
    Rule{"organizations without an OrganizationSignupCompleted event",
         "select id from organization except select organization_id from event where type = 'OrganizationSignupCompleted'"},
    Rule{"sessions without an AuthSessionCreated event",
         "select id from session except select session_id from event where type = 'AuthSessionCreated'"},
    Rule{"open sessions without a refresh token", "select id from session where ended_at is null except select session_id from refresh_token"},
    Rule{"ended sessions with a refresh token", "select id from session where ended_at is not null intersect select session_id from refresh_token"},
    Rule{"ended sessions without a revocation", "select id from session where ended_at is not null except select subject_id from revocation"},
    Rule{"ended sessions without a RefreshTokenRevoked event",
         "select id from session where ended_at is not null except select session_id from event where type = 'RefreshTokenRevoked'"},
    Rule{"refresh tokens whose generation is not told by their events",
         "select session_id, generation - 1 from refresh_token where generation > 1 except "
         "select session_id, count(*) from event where type = 'TokenRefreshed' group by session_id"},
    Rule{"signing keys beyond the first and the next", "select from signing_key offset 2"},
};

} // namespace

AdminDatabase::AdminDatabase(const ConnectionString &administrator)
{
    DatabaseSessionSettings settings;
    settings.statementTimeout = std::chrono::seconds(30);
    auto opened = Connection::open(administrator, settings);
    if (!opened)
        qFatal("the administrator's connection: %s", qPrintable(opened.problem().internal));
    m_connection = *std::move(opened);
    execute("set search_path = aegis");
}

AdminDatabase::AdminDatabase(const DataDirectory &directory) :
    AdminDatabase(ConnectionString::socket(directory.file(QStringLiteral("postgres/run")), "aegis_admin", "aegis"))
{
}

Rows AdminDatabase::query(const QByteArray &statement)
{
    const Command command{Sql::composed(statement), {}};
    const Exchange exchange = m_connection->exchange({&command, 1});
    if (exchange.error || exchange.answers.empty())
        qFatal("%s: %s", statement.constData(), exchange.error ? qPrintable(exchange.error->internal) : "the connection was lost");
    return exchange.answers.front();
}

void AdminDatabase::execute(const QByteArray &statement)
{
    if (const auto error = m_connection->script(statement))
        qFatal("%s: %s", statement.constData(), qPrintable(error->internal));
}

QMap<QString, qint64> AdminDatabase::rowCounts()
{
    QMap<QString, qint64> counts;
    for (const Row row :
         query("select relname::text from pg_class where relnamespace = 'aegis'::regnamespace and relkind in ('r', 'p') and not relispartition "
               "and relname not in ('job', 'job_lease', 'job_run', 'seal', 'seal_key', 'seal_node')")) {
        const QString table = row.get<QString>(0);
        const QByteArray ofCalls = table == QStringLiteral("event") ? " where type not in ('AuditSealed', 'JobCompleted', 'JobFailed')" : "";
        counts[table] = count("select count(*) from aegis.\"" + table.toUtf8() + '"' + ofCalls);
    }
    return counts;
}

QStringList AdminDatabase::brokenRules()
{
    QStringList broken;
    for (const Rule &rule : rules) {
        if (const qint64 number = count(QByteArray("select count(*) from (") + rule.found + ") x"); number != 0)
            broken.append(QStringLiteral("%1 %2").arg(number).arg(QLatin1String(rule.sentence)));
    }
    return broken;
}

} // namespace aegis::test
