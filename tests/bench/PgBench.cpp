#include "tests/bench/PgBench.h"

#include "tests/bench/BenchmarkFailed.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>

namespace aegis::bench {
namespace {

// The session of client N is 0199...-000N; the token of generation G hashes to the number G, so that pgbench, which keeps
// nothing but numbers, can make both. The strings cost PostgreSQL some microseconds.
constexpr char sessionOfClient[] = "('01990000-0000-7000-8000-' || lpad(:client_id::text, 12, '0'))::uuid";

constexpr char makeSessionsSql[] = R"(
set row_security = off;
delete from aegis.refresh_token where session_id::text like '01990000-%';
delete from aegis.session where id::text like '01990000-%';
insert into aegis.session (tenant_id, id, user_id, organization_id, auth_methods, auth_time, ip, user_agent, created_at, expires_at)
select 'ORG', ('01990000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'USER', 'ORG', '{pwd}', now(), '127.0.0.1', '', now(), now() + '30 days'
from generate_series(0, 31) n;
insert into aegis.refresh_token (tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, expires_at, session_expires_at)
select tenant_id, id, user_id, 1, decode(repeat('00', 16), 'hex'), decode(lpad('1', 64, '0'), 'hex'), now(), now() + '7 days', expires_at
from aegis.session where id::text like '01990000-%';
)";

constexpr char rotateScript[] = R"(
\set next :generation + 1
\startpipeline
select set_config('app.organization_id', :organization, true), set_config('app.user_id', :user, true);
select * from aegis.rotate_refresh_token(:organization::uuid, SESSION, :user::uuid, :generation::int,
  decode(lpad(:generation::text, 64, '0'), 'hex'), decode(lpad(:next::text, 64, '0'), 'hex'), now(), now() + interval '7 days',
  interval '10 s', (:before || lpad(:client_id::text, 2, '0') || lpad(:next::text, 10, '0') || :after)::jsonb);
\endpipeline
\set generation :next
)";

constexpr char readScript[] = R"(
\startpipeline
select set_config('app.organization_id', :organization, true), set_config('app.user_id', :user, true), set_config('transaction_read_only', 'on', true);
select * from aegis.current_session(:organization::uuid, SESSION, :user::uuid);
\endpipeline
)";

/// The newest pgbench beside the server's programs; Debian's wrapper in the PATH would do as well.
QString program(const QString &name)
{
    const QDir versions(QStringLiteral("/usr/lib/postgresql"));
    QString newest = name;
    for (const QString &version : versions.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
        const QString path = versions.filePath(version + QStringLiteral("/bin/") + name);
        if (QFile::exists(path))
            newest = path;
    }
    return newest;
}

QByteArray output(const QString &name, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    QProcessEnvironment environment = bareEnvironment();
    // What the server sets on its own connections.
    environment.insert(
        QStringLiteral("PGOPTIONS"),
        QStringLiteral("-c search_path=aegis,pg_temp -c statement_timeout=5s -c lock_timeout=3s -c idle_in_transaction_session_timeout=15s"));
    process.setProcessEnvironment(environment);
    process.start(program(name), arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(60'000) || process.exitCode() != 0)
        throw BenchmarkFailed(QStringLiteral("%1 failed: %2").arg(name, QString::fromUtf8(process.readAllStandardError())));
    return process.readAllStandardOutput();
}

} // namespace

PgBench::PgBench(const AegisServer &server, const QString &directory, Account account) :
    m_socket(server.socketDirectory()), m_directory(directory), m_account(std::move(account))
{
    QDir().mkpath(directory);
    makeSessions();
}

void PgBench::administrate(const QByteArray &sql) const
{
    output(QStringLiteral("psql"),
           {QStringLiteral("-qX"), QStringLiteral("-v"), QStringLiteral("ON_ERROR_STOP=1"), QStringLiteral("-h"), m_socket, QStringLiteral("-U"),
            QStringLiteral("aegis_admin"), QStringLiteral("aegis")},
           sql);
}

void PgBench::makeSessions()
{
    administrate(QByteArray(makeSessionsSql).replace("ORG", m_account.organization).replace("USER", m_account.user));
}

double PgBench::rotationsPerSecond(int seconds)
{
    makeSessions(); // generation 1 again
    ++m_round;
    return transactionsPerSecond(rotateScript, seconds);
}

double PgBench::readsPerSecond(int seconds)
{
    return transactionsPerSecond(readScript, seconds);
}

double PgBench::transactionsPerSecond(const QByteArray &script, int seconds) const
{
    QFile file(m_directory + QStringLiteral("/script.sql"));
    if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray(script).replace("SESSION", sessionOfClient)) < 0)
        throw BenchmarkFailed(QStringLiteral("%1 cannot be written").arg(file.fileName()));
    file.close();

    // An event as the server makes it, but for the last twelve digits of its id. The id's time is today's, for the partition.
    const QByteArray today = QByteArray::number(QDateTime::currentMSecsSinceEpoch(), 16).rightJustified(12, '0');
    const QByteArray before = R"([{"id":")" + today.first(8) + '-' + today.sliced(8) + "-7000-8" + QByteArray::number(m_round).rightJustified(3, '0')
        + '-';
    const QByteArray after = R"(","type":"TokenRefreshed","version":1,"occurredAt":"2026-01-01T00:00:00.000Z","tenantId":")" + m_account.organization
        + R"(","organizationId":")" + m_account.organization + R"(","actor":")" + m_account.user + R"(","subject":")" + m_account.session
        + R"(","sessionId":")" + m_account.session + R"(","correlationId":")" + m_account.session
        + R"(","causationId":null,"ip":"127.0.0.1","userAgent":"","payload":{"generation":2},"digest":")" + QByteArray(64, '0') + R"("}])";

    QStringList arguments{QStringLiteral("-n"),
                          QStringLiteral("-M"),
                          QStringLiteral("prepared"),
                          QStringLiteral("-c"),
                          QString::number(clients),
                          QStringLiteral("-j"),
                          QStringLiteral("1"),
                          QStringLiteral("-T"),
                          QString::number(seconds),
                          QStringLiteral("-f"),
                          file.fileName(),
                          QStringLiteral("-h"),
                          m_socket,
                          QStringLiteral("-U"),
                          QStringLiteral("aegis_app")};
    const auto define = [&](const char *name, const QByteArray &value) {
        arguments << QStringLiteral("-D") << QString::fromLatin1(name) + u'=' + QString::fromUtf8(value);
    };
    define("organization", m_account.organization);
    define("user", m_account.user);
    define("generation", "1");
    define("before", before);
    define("after", after);
    const QString report = QString::fromUtf8(output(QStringLiteral("pgbench"), arguments << QStringLiteral("aegis")));

    static const QRegularExpression rate(QStringLiteral("tps = ([0-9.]+)"));
    static const QRegularExpression failed(QStringLiteral("number of failed transactions: ([0-9]+)"));
    const double found = rate.match(report).captured(1).toDouble();
    if (found <= 0 || failed.match(report).captured(1).toInt() > 0)
        throw BenchmarkFailed(QStringLiteral("pgbench says: %1").arg(report));
    return found;
}

} // namespace aegis::bench
