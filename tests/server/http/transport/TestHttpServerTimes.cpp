#include "tests/server/http/transport/TransportServer.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

#include <QtCore/QElapsedTimer>

using namespace aegis;
using namespace aegis::http;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Each time that a client can let pass, with limits of some hundred milliseconds. The sweep adds up to 250.
class TestHttpServerTimes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endsASlowHead();
    void endsAHeadThatComesInDrops();
    void endsASlowBody();
    void endsAnIdleConnection_data();
    void endsAnIdleConnection();
    void answersWhenTheHandlerDoesNot();
    void endsAClientThatDoesNotRead();
    void endsAConnectionThatLingers();
};

static HttpLimits shortLimits()
{
    return {.head = 300ms, .body = 300ms, .idle = 300ms, .handler = 300ms, .write = 300ms, .linger = 300ms};
}

void TestHttpServerTimes::endsASlowHead()
{
    TransportServer server(nullptr, shortLimits());
    WireClient client(server.port);
    QElapsedTimer timer;
    timer.start();

    QVERIFY(client.send("GET / HTTP/1.1\r\n"));
    const WireReply reply = client.reply();

    QCOMPARE(reply.status, 408);
    QCOMPARE(reply.problemCode(), QByteArray("request_timeout"));
    QVERIFY(client.hasEnded());
    QVERIFY2(timer.elapsed() >= 290, "not before its time");
}

void TestHttpServerTimes::endsAHeadThatComesInDrops()
{
    TransportServer server(nullptr, shortLimits());
    WireClient client(server.port);
    QElapsedTimer timer;
    timer.start();

    QVERIFY(client.send("GET / HTTP/1.1\r\nHost: x\r\nA: "));
    while (client.isSilent(20) && timer.elapsed() < 5000)
        client.send("a"); // each drop is progress, but not enough

    QVERIFY(timer.elapsed() < 2000);
    QVERIFY(client.some(12) == "HTTP/1.1 408");
}

void TestHttpServerTimes::endsASlowBody()
{
    HttpLimits limits = shortLimits();
    limits.head = 10s;
    TransportServer server(nullptr, limits);
    WireClient client(server.port);

    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhell"));

    QCOMPARE(client.reply().status, 408);
    QVERIFY(client.hasEnded());
}

void TestHttpServerTimes::endsAnIdleConnection_data()
{
    QTest::addColumn<bool>("asksFirst");

    QTest::newRow("that never said anything") << false;
    QTest::newRow("after a request") << true;
}

void TestHttpServerTimes::endsAnIdleConnection()
{
    QFETCH(bool, asksFirst);
    TransportServer server(nullptr, shortLimits());
    WireClient client(server.port);

    if (asksFirst) {
        QVERIFY(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        QCOMPARE(client.reply().status, 200);
    }

    QVERIFY2(client.hasEnded(), "without a word: a 408 could be taken for the answer to a request that was just sent");
    QTRY_COMPARE(server.server->connections(), 0);
}

void TestHttpServerTimes::answersWhenTheHandlerDoesNot()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); }, shortLimits());
    WireClient client(server.port);

    QVERIFY(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const WireReply reply = client.reply();

    QCOMPARE(reply.status, 503);
    QCOMPARE(reply.problemCode(), QByteArray("handler_timeout"));
    QVERIFY(client.hasEnded());
    QCOMPARE(mailbox.size(), std::size_t(1));
    client.close();
    mailbox.takeAll().front().answer(textReply("too late"));
    QTRY_COMPARE(server.server->connections(), 0);
}

void TestHttpServerTimes::endsAClientThatDoesNotRead()
{
    const QByteArray large(16'000'000, 'x');
    TransportServer server([&](HttpExchange exchange) { exchange.answer(textReply(large)); }, shortLimits());
    WireClient client(server.port);
    client.readSlowly();

    QVERIFY(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));

    QTRY_COMPARE(server.server->connections(), 1);
    QTRY_COMPARE(server.server->connections(), 0);
}

void TestHttpServerTimes::endsAConnectionThatLingers()
{
    TransportServer server(nullptr, shortLimits());
    WireClient client(server.port);

    QVERIFY(client.send("garbage\r\n\r\n"));
    QCOMPARE(client.reply().status, 400);
    QVERIFY(client.hasEnded());

    QTRY_COMPARE(server.server->connections(), 0); // though this side is still open
}

AEGIS_TEST(TestHttpServerTimes)
#include "TestHttpServerTimes.moc"
