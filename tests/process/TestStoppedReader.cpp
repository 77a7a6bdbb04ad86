#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <csignal>

using namespace aegis::test;

class TestStoppedReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void servesAndEndsWhenNobodyReadsTheLog();
    void saysAtOnceWhyItCannotStart();
};

void TestStoppedReader::servesAndEndsWhenNobodyReadsTheLog()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    server.stopReading();

    ApiClient client(server.port());
    for (int i = 0; i < 1000; ++i) // a pipe takes 64 KiB: about 200 lines
        QCOMPARE(client.get("/health/live").status, 200);
    QCOMPARE(client.signup("ada-one").status, 201);
    server.signal(SIGTERM);

    QCOMPARE(server.waitForExit(std::chrono::seconds(10)), std::optional(0));
    QCOMPARE(directory.postgresProcesses(), QList<qint64>());
}

void TestStoppedReader::saysAtOnceWhyItCannotStart()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"}});

    QVERIFY(!server.start());

    QCOMPARE(server.waitForExit(), std::optional(1));
    QVERIFY2(server.errorOutput().contains("start_failed"), server.errorOutput().constData());
}

AEGIS_TEST(TestStoppedReader)
#include "TestStoppedReader.moc"
