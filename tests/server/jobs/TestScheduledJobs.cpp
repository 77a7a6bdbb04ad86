#include "server/app/ScheduledJobs.h"
#include "tests/support/Await.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QFile>
#include <QtCore/QSet>

using namespace aegis;
using namespace aegis::test;

/// The jobs of a whole server.
class TestScheduledJobs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void schedulesAreGoodAndNamesDiffer();
    void theOperationsTellOfEachJob();
    void aFirstStartRunsEachOnce();
    void aRequestIsRunSoonAndOnOneInstance();

private:
    static std::vector<Job> jobs(const Sealing &sealing) { return scheduledJobs(Settings::defaults(), sealing); }
    const Sealing m_sealing = Sealing::make({{1, Secret(QByteArray(32, 'k'))}}).value();
};

void TestScheduledJobs::schedulesAreGoodAndNamesDiffer()
{
    QSet<QString> names;
    for (const Job &job : jobs(m_sealing)) {
        QVERIFY_RESULT(CronExpression::parse(job.schedule));
        QVERIFY2(!names.contains(job.name), job.name.data());
        names.insert(job.name);
    }
    QCOMPARE(names.size(), 10);
}

void TestScheduledJobs::theOperationsTellOfEachJob()
{
    QFile file(QStringLiteral(AEGIS_SOURCE_DIR "/docs/operations.md"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString document = QString::fromUtf8(file.readAll());
    for (const Job &job : jobs(m_sealing)) {
        const QString row = QStringLiteral("| `%1` | `%2` |").arg(QString(job.name), QString(job.schedule));
        QVERIFY2(document.contains(row), qPrintable(row));
    }
}

void TestScheduledJobs::aFirstStartRunsEachOnce()
{
    TestServer server;
    const std::unique_ptr<TestServer> second = server.another();

    QCOMPARE(
        server.value<QByteArray>("select string_agg(n || ' ' || o, ', ') from (select count(*) as n, outcome as o from aegis.job_run group by 2) x"),
        QByteArray("10 succeeded"));
    QCOMPARE(server.value<qint64>("select count(distinct job) from aegis.job_run"), qint64(10));
    QCOMPARE(server.value<qint64>("select count(*) from aegis.event where type like 'Job%'"), qint64(0)); // they had nothing to do
}

void TestScheduledJobs::aRequestIsRunSoonAndOnOneInstance()
{
    TestServer server;
    const std::unique_ptr<TestServer> second = server.another();
    server.sql("update aegis.job set requested_at = $1 where name = 'revocation-cleanup'", server.now());
    const auto runs = [&] { return server.value<qint64>("select count(*) from aegis.job_run where trigger = 'manual' and outcome = 'succeeded'"); };

    // Another job is asked for on the second one, which finds both.
    QVERIFY_RESULT(await(second->application().services().jobs.runNow(RequestContext::forSystem(server.now()), QStringLiteral("mfa-cleanup"))));

    QTRY_COMPARE_WITH_TIMEOUT(runs(), qint64(2), 20'000);
    QCOMPARE(server.value<qint64>("select count(distinct instance) from aegis.job_run"), qint64(2));
}

AEGIS_TEST(TestScheduledJobs)
#include "TestScheduledJobs.moc"
