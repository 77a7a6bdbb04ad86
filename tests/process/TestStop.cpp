#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>

#include <csignal>

using namespace aegis::test;

class TestStop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void finishesWhatIsBeingWorkedOn_data();
    void finishesWhatIsBeingWorkedOn();
    void endsAtOnceWhenAskedTwice();
    void refusesThePasswordsThatWait_data();
    void refusesThePasswordsThatWait();
    void refusesASecondServerOnTheSameDirectory();
    void refusesASecondServerOnTheSamePort();
    void givesTheDirectoryBack();

private:
    DataDirectory m_directory; ///< one cluster for all tests: to make one takes longer than to stop it
};

namespace {

QByteArray registerBody(const QByteArray &name)
{
    return QJsonDocument(QJsonObject{{QStringLiteral("email"), ApiClient::email(name)}, {QStringLiteral("password"), ApiClient::password()}})
        .toJson(QJsonDocument::Compact);
}

QByteArray registerHead(const QByteArray &body)
{
    return "POST /auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size())
        + "\r\n\r\n";
}

QByteArray reasonOf(const ServerProcess &server)
{
    const auto line = server.waitForEvent(QStringLiteral("start_failed"));
    return line ? line->value(QStringLiteral("reason")).toString().toUtf8() : server.errorOutput();
}

} // namespace

void TestStop::finishesWhatIsBeingWorkedOn_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestStop::finishesWhatIsBeingWorkedOn()
{
    QFETCH(const int, number);
    ServerProcess server(m_directory);
    QVERIFY_STARTS(server);
    WireClient busy(server.port());
    WireClient idle(server.port());
    const QByteArray body = registerBody("ada" + QByteArray::number(number));
    AdminDatabase database(m_directory);
    database.execute("begin; lock table \"user\"");
    QVERIFY(busy.send(registerHead(body) + body));
    QTRY_VERIFY(database.count("select count(*) from pg_locks where not granted") > 0); // it waits for the table

    server.signal(number);
    QVERIFY(server.waitForEvent(QStringLiteral("draining")));
    const bool idleEnds = idle.hasEnded();
    const bool busyWaits = busy.isSilent(0);
    database.execute("commit");
    const WireReply reply = busy.reply();
    busy.close(); // or the server would wait a moment for its client to have read the answer

    QVERIFY(idleEnds);
    QVERIFY(busyWaits);
    QCOMPARE(reply.status, 201);
    QCOMPARE(reply.field("Connection"), QByteArray("close"));
    QCOMPARE(server.waitForExit(), std::optional(0));
    QVERIFY(server.waitForEvent(QStringLiteral("stopped")));
    QCOMPARE(m_directory.postgresProcesses(), QList<qint64>());
    QVERIFY(!WireClient(server.port()).isConnected());
}

void TestStop::endsAtOnceWhenAskedTwice()
{
    ServerProcess server(m_directory, {{"DRAIN_TIMEOUT", "10m"}});
    QVERIFY_STARTS(server);
    WireClient slow(server.port());
    const QByteArray body = registerBody("ada");
    QVERIFY(slow.send(registerHead(body) + body.first(5))); // the server waits for the rest, for 20 seconds

    server.signal(SIGTERM);
    QVERIFY(server.waitForEvent(QStringLiteral("draining")));
    server.signal(SIGTERM);

    QCOMPARE(server.waitForExit(std::chrono::seconds(10)), std::optional(0));
    QCOMPARE(m_directory.postgresProcesses(), QList<qint64>());
}

void TestStop::refusesThePasswordsThatWait_data()
{
    QTest::addColumn<QByteArray>("drainTimeout");
    QTest::addColumn<bool>("askedTwice");
    QTest::newRow("when it is asked twice") << QByteArray("10m") << true;
    QTest::newRow("when the time to drain is over") << QByteArray("100ms") << false;
}

void TestStop::refusesThePasswordsThatWait()
{
    QFETCH(const QByteArray, drainTimeout);
    QFETCH(const bool, askedTwice);
    constexpr int passwords = 40; // of more than a second each
    ServerProcess server(m_directory, {{"DRAIN_TIMEOUT", drainTimeout}, {"PASSWORD_HASH", "bcrypt"}, {"BCRYPT_ROUNDS", "14"}, {"HASH_THREADS", "1"}});
    QVERIFY_STARTS(server);
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < passwords; ++i) {
        const QByteArray body = registerBody("waiting" + QByteArray::number(i));
        clients.push_back(std::make_unique<WireClient>(server.port()));
        QVERIFY(clients.back()->send(registerHead(body) + body));
    }
    const QByteArray full = "aegis_queue_waiting{queue=\"passwords\"} " + QByteArray::number(passwords - 1) + '\n';
    ApiClient observer(server.port());
    QTRY_VERIFY(observer.get("/metrics").raw.body.contains(full));

    server.signal(SIGTERM);
    QVERIFY(server.waitForEvent(QStringLiteral("draining")));
    if (askedTwice)
        server.signal(SIGTERM);

    QCOMPARE(server.waitForExit(std::chrono::seconds(20)), std::optional(0));
    int refused = 0;
    for (const auto &client : clients) {
        const WireReply reply = client->reply();
        QVERIFY2(reply.status == 0 || reply.problemCode() == "shutting_down", reply.head.constData()); // 0: it was cut
        refused += reply.status == 503 ? 1 : 0;
    }
    QVERIFY2(refused >= passwords - 1, QByteArray::number(refused).constData());
    QCOMPARE(m_directory.postgresProcesses(), QList<qint64>());
}

void TestStop::refusesASecondServerOnTheSameDirectory()
{
    ServerProcess first(m_directory);
    QVERIFY_STARTS(first);
    ServerProcess second(m_directory);

    QVERIFY(!second.start());

    QCOMPARE(second.waitForExit(), std::optional(1));
    const QByteArray reason = reasonOf(second);
    QVERIFY2(reason.contains("another aegisd (process " + QByteArray::number(first.id()) + ")"), reason.constData());
    QVERIFY2(reason.contains(m_directory.path().toUtf8()), reason.constData());
    QCOMPARE(ApiClient(first.port()).get("/health/ready").status, 200);
}

void TestStop::refusesASecondServerOnTheSamePort()
{
    const DataDirectory another;
    ServerProcess first(m_directory);
    QVERIFY_STARTS(first);
    const QByteArray port = QByteArray::number(first.port());
    ServerProcess second(another, {{"PORT", port}});

    QVERIFY(!second.start());

    QCOMPARE(second.waitForExit(), std::optional(1));
    const QByteArray reason = reasonOf(second);
    QVERIFY2(reason.contains("PORT " + port) && reason.contains("in use"), reason.constData());
    QCOMPARE(another.postgresProcesses(), QList<qint64>()); // it has taken its own down again
    QCOMPARE(ApiClient(first.port()).get("/health/ready").status, 200);
}

void TestStop::givesTheDirectoryBack()
{
    ServerProcess first(m_directory), second(m_directory);
    QVERIFY_STARTS(first);
    QCOMPARE(ApiClient(first.port()).signup("ada-one").status, 201);
    QCOMPARE(first.stop(), std::optional(0));

    QVERIFY_STARTS(second);

    QCOMPARE(ApiClient(second.port()).login("ada-one").status, 200);
}

AEGIS_TEST(TestStop)
#include "TestStop.moc"
