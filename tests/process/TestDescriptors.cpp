#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>

#include <deque>

using namespace aegis::test;

/// How many files and connections the server may have open.
class TestDescriptors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void raisesTheLimit();
    void warnsOfALimitThatIsTooLow();
    void keepsSomeForTheDatabase();

private:
    static QByteArray openFilesOf(const ServerProcess &server)
    {
        QFile limits(QStringLiteral("/proc/%1/limits").arg(server.id()));
        if (limits.open(QIODevice::ReadOnly)) {
            for (const QByteArray &line : limits.readAll().split('\n')) {
                if (line.startsWith("Max open files"))
                    return line.simplified();
            }
        }
        return {};
    }
    static double metricIn(const QByteArray &text, const QByteArray &name)
    {
        for (const QByteArray &line : text.split('\n')) {
            if (line.startsWith(name + ' '))
                return line.mid(name.size() + 1).toDouble();
        }
        return -1;
    }
};

void TestDescriptors::raisesTheLimit()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    server.limitDescriptors(256, 8000);

    QVERIFY_STARTS(server);

    QCOMPARE(openFilesOf(server), QByteArray("Max open files 8000 8000 files"));
    QVERIFY(!server.waitForEvent(QStringLiteral("descriptor_limit"), 0, std::chrono::milliseconds(0)));
}

void TestDescriptors::warnsOfALimitThatIsTooLow()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"HTTP_MAX_CONNECTIONS", "1000"}, {"DATABASE_POOL_SIZE", "8"}, {"IO_THREADS", "2"}});
    server.limitDescriptors(256, 900);

    QVERIFY_STARTS(server);

    QList<QJsonObject> warnings = server.logLines();
    warnings.removeIf([](const QJsonObject &line) { return line.value(QStringLiteral("event")) != QStringLiteral("descriptor_limit"); });
    QCOMPARE(warnings.size(), 1);
    QCOMPARE(warnings.first().value(QStringLiteral("level")).toString(), QStringLiteral("warning"));
    QCOMPARE(warnings.first().value(QStringLiteral("limit")).toInt(), 900);
    const int needed = warnings.first().value(QStringLiteral("needed")).toInt();
    QVERIFY2(needed > 1016 && needed < 1200, qPrintable(QString::number(needed)));
    QCOMPARE(warnings.first().value(QStringLiteral("connections")).toInt(), 900 - (needed - 1000));
}

void TestDescriptors::keepsSomeForTheDatabase()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"HTTP_MAX_CONNECTIONS_PER_ADDRESS", "4096"}});
    server.limitDescriptors(160, 160);
    QVERIFY_STARTS(server);
    ApiClient first(server.port());
    const auto metric = [&](const QByteArray &name) { return metricIn(first.get("/metrics").raw.body, name); };
    QCOMPARE(metric("aegis_http_connections"), 1.0);

    std::deque<WireClient> crowd;
    for (int i = 0; i < 200; ++i)
        QVERIFY(crowd.emplace_back(server.port()).isConnected());
    QTRY_VERIFY(metric("aegis_http_connections") + metric("aegis_http_connections_refused_total") >= 201);

    QCOMPARE(metric("aegis_http_accept_failures_total"), 0.0);
    QVERIFY(metric("aegis_http_connections") < 100);
    QCOMPARE(first.signup("ada-one").status, 201); // on the first connection to the database that is opened
    crowd.clear();
    QTRY_COMPARE(metric("aegis_http_connections"), 1.0);
    QCOMPARE(ApiClient(server.port()).login("ada-one").status, 200);
    QCOMPARE(server.stop(), std::optional(0));
}

AEGIS_TEST(TestDescriptors)
#include "TestDescriptors.moc"
