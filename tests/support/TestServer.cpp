#include "tests/support/TestServer.h"

#include "server/jobs/Housekeeping.h"
#include "server/log/Log.h"

#include <QtCore/QUrl>

#include <thread>

namespace aegis::test {
namespace {

const QByteArray password = "Blue-Lantern-7719-Orchard";

/// As DATABASE_URL takes it.
QByteArray urlOf(const ConnectionString &connection)
{
    return "postgresql:///" + connection.value("dbname") + "?host=" + connection.value("host").toPercentEncoding()
        + "&port=" + connection.value("port") + "&user=" + connection.value("user");
}

QByteArray textAt(const QJsonObject &object, const char *outer, const char *inner)
{
    return object.value(QLatin1String(outer)).toObject().value(QLatin1String(inner)).toString().toUtf8();
}

} // namespace

SignedUp signedUpBy(const TestReply &reply, const QByteArray &itsPassword)
{
    const QJsonObject json = reply.json();
    return {.email = textAt(json, "user", "email"),
            .password = itsPassword,
            .slug = textAt(json, "organization", "slug"),
            .userId = textAt(json, "user", "id"),
            .organizationId = textAt(json, "organization", "id"),
            .sessionId = reply.text(QLatin1String("sessionId")),
            .accessToken = reply.text(QLatin1String("accessToken")),
            .refreshToken = reply.text(QLatin1String("refreshToken"))};
}

TestServer::TestServer(const Environment &settings) : TestServer(TestCluster::instance().create(), QString(), settings) {}

TestServer::TestServer(TestDatabase database, const QString &dataDirectory, const Environment &settings) :
    m_database(std::move(database)), m_directory(dataDirectory.isEmpty() ? std::make_shared<QTemporaryDir>() : nullptr),
    m_dataDirectory(m_directory ? m_directory->path() : dataDirectory), m_settings(settings), m_superuser(m_database.administrator),
    m_house(m_database.serving)
{
    log::configure({.level = LogLevel::Error});
    Environment environment{
        {"HOST", "127.0.0.1"},
        {"PORT", "0"},
        {"DATA_DIR", m_dataDirectory.toUtf8()},
        {"DATABASE_URL", urlOf(m_database.serving)},
        {"ARGON2_MEMORY_KIB", "8192"}, // the least that is allowed
        {"ARGON2_ITERATIONS", "1"},
        {"HASH_NICE", "0"},
        {"MAIL_POLL", "50ms"},
        {"JOB_POLL", "1h"},       // after the first round the test keeps the house: advance()
        {"AUDIT_SEALING", "off"}, // it adds rows when nobody asks
    };
    // All tests come from one address and log in more often than anybody. Limits are what other tests are about.
    for (const char *name : {"RATE_LIMIT_LOGIN", "RATE_LIMIT_SIGNUP", "RATE_LIMIT_REFRESH", "RATE_LIMIT_MFA", "RATE_LIMIT_MAIL",
                             "RATE_LIMIT_SLUG_CHECK", "RATE_LIMIT_ACCOUNT", "RATE_LIMIT_CLIENT"})
        environment[name] = "1000000/1m";
    for (const auto &[name, value] : settings)
        environment[name] = value;
    LoadedSettings loaded = must(loadSettings({.environment = environment, .file = std::nullopt}));
    m_application = must(Application::start(std::move(loaded.settings), {.clock = [this] { return now(); }, .durable = false}));
    if (m_directory)
        awaitHousekeeping();
}

void TestServer::awaitHousekeeping()
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!value<bool>("select exists (select from aegis.job) and not exists (select from aegis.job j where not exists "
                        "(select from aegis.job_run r where r.job = j.name and r.outcome <> 'running'))")) {
        if (std::chrono::steady_clock::now() > end)
            qFatal("the test's server does not keep its house");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

TestServer::~TestServer() = default;

std::unique_ptr<TestServer> TestServer::another(const Environment &changed) const
{
    Environment settings = changed;
    settings.insert(m_settings.begin(), m_settings.end());
    std::unique_ptr<TestServer> server(new TestServer(m_database, m_dataDirectory, settings));
    server->m_ahead = m_ahead.load();
    return server;
}

void TestServer::takeDatabaseAway()
{
    sql("select 1"); // so that there is a connection to go on with
    allowConnections(false);
    sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'aegis_app'");
}

void TestServer::giveDatabaseBack()
{
    allowConnections(true);
}

void TestServer::allowConnections(bool allowed)
{
    DatabaseSession elsewhere(TestCluster::instance().administrator());
    const QByteArray statement = "alter database " + m_database.name + " allow_connections " + (allowed ? "true" : "false");
    must(elsewhere.write<Rows>(RequestContext::forSystem(now()), [&](Tx &tx) { return tx.query(Sql::composed(statement)); }));
}

quint16 TestServer::port() const
{
    return static_cast<quint16>(QUrl(m_application->url()).port());
}

Instant TestServer::now() const
{
    return systemNow() + std::chrono::microseconds(m_ahead.load());
}

void TestServer::advance(std::chrono::microseconds time)
{
    m_ahead += time.count();
    must(keepHouse(m_house, now()));
}

QByteArrayList TestServer::events(const QByteArray &tenantId)
{
    QByteArrayList types;
    const Rows rows = sql("select type from aegis.event where tenant_id = $1::uuid order by id", Text{tenantId});
    for (const Row row : rows)
        types.append(row.get<QByteArray>(0));
    return types;
}

QByteArray TestServer::rowCounts()
{
    return value<QByteArray>(R"(
        select string_agg(relname || '=' || (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from aegis.%I', relname), false, true, '')))[1]::text,
                          ' ' order by relname)
        from pg_class
        where relnamespace = 'aegis'::regnamespace and relkind in ('r', 'p') and not relispartition
          and relname not in ('job', 'job_lease', 'job_run'))"); // what a server does by itself
}

QJsonObject TestServer::signupRequest()
{
    const QString number = QString::number(++m_people);
    return {{QStringLiteral("email"), QStringLiteral("ada.%1@example.com").arg(number)},
            {QStringLiteral("password"), QString::fromLatin1(password)},
            {QStringLiteral("firstName"), QStringLiteral("Ada")},
            {QStringLiteral("lastName"), QStringLiteral("Lovelace")},
            {QStringLiteral("organizationName"), QStringLiteral("Analytical Engines %1").arg(number)},
            {QStringLiteral("organizationSlug"), QStringLiteral("analytical-engines-%1").arg(number)}};
}

SignedUp TestServer::signUp()
{
    const TestReply reply = client().post("/auth/signup", signupRequest());
    if (reply.status != 201)
        qFatal("a signup of the test failed: %s", reply.described().constData());
    return signedUpBy(reply, password);
}

SignedUp TestServer::registerPerson()
{
    QJsonObject request = signupRequest();
    request.remove(QStringLiteral("organizationName"));
    request.remove(QStringLiteral("organizationSlug"));
    const TestReply reply = client().post("/auth/register", request);
    if (reply.status != 201)
        qFatal("a registration of the test failed: %s", reply.described().constData());
    return signedUpBy(reply, password);
}

SignedUp TestServer::logIn(const SignedUp &person) const
{
    const QJsonObject request{{QStringLiteral("email"), QString::fromUtf8(person.email)},
                              {QStringLiteral("password"), QString::fromUtf8(person.password)}};
    const TestReply reply = client().post("/auth/login", request);
    if (reply.status != 200)
        qFatal("a login of the test failed: %s", reply.described().constData());
    return signedUpBy(reply, person.password);
}

void TestServer::die(const Problem &problem)
{
    qFatal("the test's server: %s / %s", qPrintable(problem.detail), qPrintable(problem.internal));
}

} // namespace aegis::test
