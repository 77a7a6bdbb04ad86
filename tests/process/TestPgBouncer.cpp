#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/PgBouncerServer.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;

/// DATABASE_PGBOUNCER=on, before a PgBouncer in transaction mode: no connection is the one of before.
class TestPgBouncer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void servesBehindOne();
};

void TestPgBouncer::servesBehindOne()
{
    if (!PgBouncerServer::isInstalled())
        QSKIP("pgbouncer is not installed (see .dev/packages)");
    const TestDatabase database = TestCluster::instance().create(QString());
    const PgBouncerServer bouncer(database.serving);
    const QByteArray port = QByteArray::number(bouncer.port());
    const DataDirectory directory;
    ServerProcess server(directory,
                         {{"DATABASE_URL", "postgresql://aegis_app@127.0.0.1:" + port + "/" + database.serving.value("dbname")},
                          {"DATABASE_MIGRATION_URL",
                           "postgresql:///" + database.administrator.value("dbname") + "?host=" + database.administrator.value("host")
                               + "&user=" + database.administrator.value("user")},
                          {"DATABASE_PGBOUNCER", "on"}});
    QVERIFY_STARTS(server);

    // Twelve organizations at once on three connections: everybody meets their own.
    const auto outcomes = together(12, [&](int i) -> QByteArray {
        ApiClient client(server.port());
        const QByteArray name = "somebody-" + QByteArray::number(i);
        const ApiAnswer signup = client.signup(name);
        if (signup.status != 201)
            return "signup " + signup.raw.body;
        ApiAnswer tokens = client.login(name);
        for (int round = 0; round < 10 && tokens.status == 200; ++round) {
            const ApiAnswer me = client.get("/auth/me", tokens.text("accessToken"));
            if (me.status != 200 || !me.raw.body.contains(name))
                return "me " + me.raw.body;
            tokens = client.refresh(tokens.text("refreshToken"));
        }
        if (tokens.status != 200)
            return "login or refresh " + tokens.raw.body;
        if (client.logout(tokens.text("accessToken")).status != 204 || client.verify(tokens.text("accessToken")).status != 401)
            return "logout";
        return "well";
    });

    QCOMPARE(outcomes, std::vector<QByteArray>(12, "well"));
    AdminDatabase administrator(database.administrator);
    QCOMPARE(administrator.brokenRules(), QStringList());
    QCOMPARE(administrator.count("select count(*) from session where ended_at is null"), qint64(12)); // of the signups; logins were ended
    QCOMPARE(administrator.count("select count(*) from session where ended_at is not null"), qint64(12));
    // What changes something beside the server, by the same way.
    ServerProcess command(
        directory,
        {{"DATABASE_URL", "postgresql://aegis_app@127.0.0.1:" + port + "/" + database.serving.value("dbname")}, {"DATABASE_PGBOUNCER", "on"}});
    QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("rotate")}), 0);
    QVERIFY2(command.output().contains("signs from "), command.output().constData());
    QCOMPARE(server.stop(), std::optional(0));
}

AEGIS_TEST(TestPgBouncer)
#include "TestPgBouncer.moc"
