#include "tests/process/AdminDatabase.h"
#include "tests/process/Workload.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QRandomGenerator>

using namespace aegis::test;

class TestKillServer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatItHasAnswered();
};

void TestKillServer::keepsWhatItHasAnswered()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"REFRESH_GRACE", "1m"}}); // a busy machine may take its time between kill and check
    QVERIFY_STARTS(server);

    for (int round = 0; round < 5; ++round) {
        const int moment = QRandomGenerator::global()->bounded(5, 120);
        Workload load(server.port(), "round" + QByteArray::number(round));
        const bool isBusy = load.waitForSuccesses(moment);
        server.kill();
        load.stop();
        QVERIFY2(isBusy, server.errorOutput().constData());
        QCOMPARE(load.surprises(), QStringList());

        QVERIFY_STARTS(server); // at once: the PostgreSQL of the dead one may still be ending

        const QStringList broken = Workload::broken(server.port(), load.promises());
        QVERIFY2(broken.isEmpty(), qPrintable(QStringLiteral("killed after %1 answers: ").arg(moment) + broken.join(QStringLiteral("; "))));
        QCOMPARE(AdminDatabase(directory).brokenRules(), QStringList());
    }

    server.kill();
    QTRY_COMPARE_WITH_TIMEOUT(directory.postgresProcesses(), QList<qint64>(), 20'000);
}

AEGIS_TEST(TestKillServer)
#include "TestKillServer.moc"
