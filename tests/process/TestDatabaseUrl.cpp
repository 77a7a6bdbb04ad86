#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

/// A database of somebody else's, not in the data directory.
class TestDatabaseUrl : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void migratesAsOneRoleAndServesAsAnother();
    void refusesARole_data();
    void refusesARole();
    void writesNothingForARoleThatItRefuses_data();
    void writesNothingForARoleThatItRefuses();
    void refusesADatabaseThatIsNotMigrated();
    void refusesADatabaseThatIsNotThere();
    void sharesOneDatabaseBetweenTwoServers();

private:
    static QByteArray url(const ConnectionString &connection)
    {
        return "postgresql:///" + connection.value("dbname") + "?host=" + connection.value("host") + "&user=" + connection.value("user");
    }
    static QByteArray reasonOf(const ServerProcess &server, const char *event = "start_failed")
    {
        const auto line = server.waitForEvent(QLatin1String(event));
        return line ? line->value(QStringLiteral("reason")).toString().toUtf8() : server.errorOutput();
    }
};

void TestDatabaseUrl::migratesAsOneRoleAndServesAsAnother()
{
    const TestDatabase database = TestCluster::instance().create(QString());
    const DataDirectory directory;
    ServerProcess server(directory, {{"DATABASE_URL", url(database.serving)}, {"DATABASE_MIGRATION_URL", url(database.administrator)}});
    QVERIFY_STARTS(server);

    ApiClient client(server.port());
    QCOMPARE(client.signup("ada-one").status, 201);
    QCOMPARE(client.login("ada-one").status, 200);
    QCOMPARE(AdminDatabase(database.administrator).brokenRules(), QStringList());
    QCOMPARE(server.stop(), std::optional(0));
    QVERIFY(!QFileInfo::exists(directory.file(QStringLiteral("postgres")))); // none of its own

    ServerProcess serving(directory, {{"DATABASE_URL", url(database.serving)}}); // the role that owns the schema is not needed to serve
    QVERIFY_STARTS(serving);
    QCOMPARE(ApiClient(serving.port()).login("ada-one").status, 200);
}

void TestDatabaseUrl::refusesARole_data()
{
    QTest::addColumn<QByteArray>("prepare");
    QTest::addColumn<bool>("asAdministrator");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("that is a superuser") << QByteArray() << true << QByteArray("the role aegis_admin is a superuser");
    QTest::newRow("that bypasses row-level security")
        << QByteArray("alter role aegis_app bypassrls") << false << QByteArray("the role aegis_app has BYPASSRLS");
    QTest::newRow("that can become another") << QByteArray("grant aegis_definer to aegis_app") << false << QByteArray("is a member of aegis_definer");
}

void TestDatabaseUrl::refusesARole()
{
    QFETCH(const QByteArray, prepare);
    QFETCH(const bool, asAdministrator);
    QFETCH(const QByteArray, says);
    const TestDatabase database = TestCluster::instance().create();
    AdminDatabase administrator(database.administrator);
    const auto mend = qScopeGuard([&] { administrator.execute("alter role aegis_app nobypassrls; revoke aegis_definer from aegis_app"); });
    administrator.execute(prepare.isEmpty() ? QByteArray("select") : prepare);
    const DataDirectory directory;
    ServerProcess server(directory, {{"DATABASE_URL", url(asAdministrator ? database.administrator : database.serving)}});

    QVERIFY(!server.start());

    QCOMPARE(server.waitForExit(), std::optional(78));
    const QByteArray reason = reasonOf(server);
    QVERIFY2(reason.contains(says) && reason.contains("DATABASE_URL"), reason.constData());
}

void TestDatabaseUrl::writesNothingForARoleThatItRefuses_data()
{
    QTest::addColumn<QByteArray>("attributes");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("a superuser") << QByteArray("superuser") << QByteArray("the role chosen is a superuser");
    QTest::newRow("one that bypasses row-level security") << QByteArray("bypassrls") << QByteArray("the role chosen has BYPASSRLS");
    QTest::newRow("one that can become the owner") << QByteArray("in role aegis_owner") << QByteArray("the role chosen is a member of aegis_definer");
}

void TestDatabaseUrl::writesNothingForARoleThatItRefuses()
{
    QFETCH(const QByteArray, attributes);
    QFETCH(const QByteArray, says);
    TestCluster::instance().create(); // so that the cluster knows the roles
    const TestDatabase database = TestCluster::instance().create(QString());
    AdminDatabase administrator(database.administrator);
    administrator.execute("create role chosen login " + attributes);
    const auto restore = qScopeGuard([&] { administrator.execute("drop role chosen"); });
    const DataDirectory directory;
    ServerProcess server(
        directory,
        {{"DATABASE_URL", url(database.serving).replace("user=aegis_app", "user=chosen")}, {"DATABASE_MIGRATION_URL", url(database.administrator)}});

    for (const QString &command : {QStringLiteral("run"), QStringLiteral("migrate")}) {
        QCOMPARE(server.run({command}), 78);
        const QByteArray reason = reasonOf(server, command == QStringLiteral("run") ? "start_failed" : "migrate_failed");
        QVERIFY2(reason.contains(says) && reason.contains("DATABASE_URL"), reason.constData());
    }

    QCOMPARE(administrator.count("select count(*) from pg_namespace where nspname = 'aegis'"), qint64(0));
    QCOMPARE(administrator.count("select count(*) from pg_auth_members where member = 'chosen'::regrole and roleid = 'aegis_app'::regrole"),
             qint64(0));
}

void TestDatabaseUrl::refusesADatabaseThatIsNotMigrated()
{
    TestCluster::instance().create(); // so that the cluster knows the roles
    const TestDatabase database = TestCluster::instance().create(QString());
    const DataDirectory directory;
    ServerProcess server(directory, {{"DATABASE_URL", url(database.serving)}});

    QVERIFY(!server.start());

    QCOMPARE(server.waitForExit(), std::optional(1));
    QVERIFY2(reasonOf(server).contains("DATABASE_MIGRATION_URL"), reasonOf(server).constData());
    QCOMPARE(server.run({QStringLiteral("migrate")}), 1); // it has nothing to do it with, and says so
    QVERIFY2(reasonOf(server, "migrate_failed").contains("DATABASE_MIGRATION_URL"), reasonOf(server, "migrate_failed").constData());
}

void TestDatabaseUrl::refusesADatabaseThatIsNotThere()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"DATABASE_URL", "postgresql:///aegis?host=" + directory.path().toUtf8() + "&user=aegis_app&password=hunter2"}});

    QVERIFY(!server.start());

    QCOMPARE(server.waitForExit(), std::optional(1));
    QVERIFY2(reasonOf(server).contains("cannot be reached"), reasonOf(server).constData());
    QVERIFY2(!server.errorOutput().contains("hunter2"), server.errorOutput().constData());
}

void TestDatabaseUrl::sharesOneDatabaseBetweenTwoServers()
{
    const TestDatabase database = TestCluster::instance().create(QString());
    const DataDirectory directory, another;
    const ServerProcess::Environment settings{{"DATABASE_URL", url(database.serving)},
                                              {"DATABASE_MIGRATION_URL", url(database.administrator)},
                                              {"JWT_REFRESH_SECRET", "a-secret-that-both-servers-know-0123456789"},
                                              {"ENCRYPTION_KEY", QByteArray::number(1).repeated(63) + '2'},
                                              {"FINGERPRINT_KEY", QByteArray::number(3).repeated(63) + '4'},
                                              {"EMAIL_FINGERPRINT_KEY", QByteArray::number(5).repeated(63) + '6'},
                                              {"AUDIT_SIGNING_KEY", QByteArray::number(6).repeated(63) + '7'}};
    ServerProcess first(directory, settings), second(another, settings);

    first.launch();
    second.launch(); // at the same moment, on an empty database
    QVERIFY2(first.becomesReady(), first.errorOutput().constData());
    QVERIFY2(second.becomesReady(), second.errorOutput().constData());

    AdminDatabase administrator(database.administrator);
    QCOMPARE(administrator.count("select count(*) from signing_key"), qint64(2)); // one that signs and the next
    ApiClient here(first.port()), there(second.port());
    QCOMPARE(there.get("/.well-known/jwks.json").raw.body, here.get("/.well-known/jwks.json").raw.body);

    const QByteArray key = "Idempotency-Key: one-key-at-two-servers\r\n";
    const ApiAnswer signup = here.signup("ada-one", key);
    QCOMPARE(signup.status, 201);
    QCOMPARE(there.signup("ada-one", key).json, signup.json);
    QCOMPARE(there.verify(signup.text("accessToken")).status, 204);
    const ApiAnswer refreshed = there.refresh(signup.text("refreshToken"));
    QCOMPARE(refreshed.status, 200);
    QCOMPARE(here.verify(refreshed.text("accessToken")).status, 204);

    QCOMPARE(here.logout(refreshed.text("accessToken")).status, 204);

    QCOMPARE(here.verify(refreshed.text("accessToken")).status, 401);                         // here at once
    QTRY_COMPARE_WITH_TIMEOUT(there.verify(refreshed.text("accessToken")).status, 401, 2000); // there with the next poll
    QCOMPARE(there.verify(signup.text("accessToken")).status, 401);                           // all of the session's
    QCOMPARE(there.refresh(refreshed.text("refreshToken")).code, QByteArray("invalid_refresh_token"));
    QCOMPARE(administrator.brokenRules(), QStringList());
}

AEGIS_TEST(TestDatabaseUrl)
#include "TestDatabaseUrl.moc"
