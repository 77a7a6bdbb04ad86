#include "tests/process/AdminDatabase.h"
#include "tests/process/Workload.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <csignal>

using namespace aegis::test;

class TestKillPostgres : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recoversByItself_data();
    void recoversByItself();

private:
    DataDirectory m_directory; ///< one cluster for all rows: to make one takes longer than to kill it
};

void TestKillPostgres::recoversByItself_data()
{
    QTest::addColumn<bool>("postmaster");
    QTest::addColumn<bool>("others");
    QTest::newRow("one of its children is killed") << false << true;
    QTest::newRow("the postmaster alone is killed") << true << false;
    QTest::newRow("all of them are killed") << true << true;
}

void TestKillPostgres::recoversByItself()
{
    QFETCH(const bool, postmaster);
    QFETCH(const bool, others);
    ServerProcess server(m_directory, {{"REFRESH_GRACE", "1m"}});
    QVERIFY_STARTS(server);
    Workload load(server.port(), postmaster ? (others ? "all" : "postmaster") : "child");
    QVERIFY(load.waitForSuccesses(40));

    const qint64 parent = m_directory.postmaster();
    QVERIFY(parent > 0);
    QList<qint64> victims = m_directory.postgresProcesses();
    victims.removeOne(parent);
    QVERIFY(!victims.isEmpty());
    if (!others)
        victims.clear();
    else if (!postmaster)
        victims = {AdminDatabase(m_directory).count("select pid::bigint from pg_stat_activity where usename = 'aegis_app' limit 1")};
    if (postmaster)
        victims.prepend(parent);
    for (const qint64 victim : victims)
        ::kill(static_cast<pid_t>(victim), SIGKILL);

    const bool isBack = load.waitForSuccesses(60);
    load.stop();
    QVERIFY2(isBack, (load.tally() + '\n' + server.errorOutput().right(600)).constData());

    QVERIFY(server.isRunning());
    QCOMPARE(load.losses(), 0); // whatever became of the database, each request was answered
    QCOMPARE(load.surprises(), QStringList());
    QCOMPARE(Workload::broken(server.port(), load.promises()), QStringList());
    QCOMPARE(AdminDatabase(m_directory).brokenRules(), QStringList());
    ApiClient client(server.port());
    QTRY_COMPARE(client.get("/health/ready").text("status"), QByteArray("ok"));
    const QByteArray metrics = client.get("/metrics").raw.body;
    // When only a child dies, the postmaster itself starts the others again.
    QVERIFY2(
        metrics.contains("# TYPE aegis_postgres_restarts_total counter\naegis_postgres_restarts_total " + QByteArray(postmaster ? "1\n" : "0\n")),
        metrics.constData());
    QCOMPARE(server.stop(), std::optional(0));
    QCOMPARE(m_directory.postgresProcesses(), QList<qint64>());
}

AEGIS_TEST(TestKillPostgres)
#include "TestKillPostgres.moc"
