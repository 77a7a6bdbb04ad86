#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QElapsedTimer>

using namespace aegis::test;

/// How long a start takes depends on the machine; it is told, not asserted.
class TestFirstReady : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersAsSoonAsItSaysThatItIsReady();
};

void TestFirstReady::answersAsSoonAsItSaysThatItIsReady()
{
    const DataDirectory directory;
    for (const char *which : {"first", "second"}) {
        ServerProcess server(directory);
        QElapsedTimer timer;
        timer.start();

        QVERIFY_STARTS(server);
        qInfo("ready after %lld ms at its %s start", timer.elapsed(), which);
        ApiClient client(server.port());
        const ApiAnswer answer = client.get("/health/ready");

        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.text("status"), QByteArray("ok"));
        QCOMPARE(server.stop(), std::optional(0));
    }
}

AEGIS_TEST(TestFirstReady)
#include "TestFirstReady.moc"
