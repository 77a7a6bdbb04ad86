#include "tests/server/http/transport/TransportServer.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::http;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestHttpServerDrain : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endsAtOnceWhenNothingIsOpen();
    void closesIdleConnectionsAndRefusesNewOnes();
    void answersWhatIsWorkedOn();
    void servesARequestThatHasArrived();
    void servesARequestThatArrivesMeanwhile();
    void cutsWhatIsOpenAtTheDeadline();
    void endsWithoutDrainingWhileRequestsAreWorkedOn();
};

static const QByteArray simpleGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

void TestHttpServerDrain::endsAtOnceWhenNothingIsOpen()
{
    TransportServer server(nullptr, {}, 3);
    std::optional<int> cut;

    server.server->drain(10s, [&](int count) { cut = count; });

    QTRY_COMPARE_WITH_TIMEOUT(cut, std::optional(0), 2000);
}

void TestHttpServerDrain::closesIdleConnectionsAndRefusesNewOnes()
{
    TransportServer server(nullptr, {}, 2);
    WireClient idle(server.port);
    QVERIFY(idle.send(simpleGet));
    QCOMPARE(idle.reply().status, 200);
    std::optional<int> cut;

    server.server->drain(10s, [&](int count) { cut = count; });

    QTRY_COMPARE(cut, std::optional(0));
    QVERIFY(idle.hasEnded());
    QVERIFY(!WireClient(server.port).isConnected());
}

void TestHttpServerDrain::answersWhatIsWorkedOn()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); });
    WireClient client(server.port);
    QVERIFY(client.send(simpleGet));
    QVERIFY(mailbox.waitFor(1));
    std::optional<int> cut;

    server.server->drain(10s, [&](int count) { cut = count; });
    QVERIFY(client.isSilent(50));
    QVERIFY(!cut);
    mailbox.takeAll().front().answer(textReply("finished"));
    const WireReply reply = client.reply();
    client.close();

    QCOMPARE(reply.body, QByteArray("finished"));
    QCOMPARE(reply.field("Connection"), QByteArray("close"));
    QTRY_COMPARE(cut, std::optional(0));
}

void TestHttpServerDrain::servesARequestThatArrivesMeanwhile()
{
    QTest::ignoreMessage(QtWarningMsg, "QTcpServer::nextPendingConnection() called while not listening"); // and it is taken all the same
    TransportServer server;
    WireClient client(server.port);
    QTRY_COMPARE(server.server->connections(), 1);
    std::optional<int> cut;

    QVERIFY(client.send(simpleGet.first(10)));
    server.server->drain(10s, [&](int count) { cut = count; });
    QTRY_VERIFY(!WireClient(server.port).isConnected()); // it listens no more
    QVERIFY(client.send(simpleGet.mid(10)));

    QCOMPARE(client.reply().status, 200);
    client.close();
    QTRY_COMPARE(cut, std::optional(0));
}

void TestHttpServerDrain::servesARequestThatHasArrived()
{
    for (int round = 0; round < 20; ++round) {
        TransportServer server;
        WireClient client(server.port);
        QTRY_COMPARE(server.server->connections(), 1);
        std::optional<int> cut;

        QVERIFY(client.send(simpleGet)); // loopback: it is there when the call returns
        server.server->drain(10s, [&](int count) { cut = count; });

        QCOMPARE(client.reply().status, 200);
        client.close();
        QTRY_COMPARE(cut, std::optional(0));
    }
}

void TestHttpServerDrain::cutsWhatIsOpenAtTheDeadline()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); });
    WireClient client(server.port);
    QVERIFY(client.send(simpleGet));
    QVERIFY(mailbox.waitFor(1));
    std::optional<int> cut;

    server.server->drain(100ms, [&](int count) { cut = count; });

    QTRY_COMPARE(cut, std::optional(1));
    QVERIFY(client.hasEnded());
    mailbox.takeAll().front().answer(textReply("too late"));
}

void TestHttpServerDrain::endsWithoutDrainingWhileRequestsAreWorkedOn()
{
    Mailbox mailbox;
    auto server = std::make_unique<TransportServer>([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); });
    WireClient answered(server->port);
    WireClient dropped(server->port);
    QVERIFY(answered.send(simpleGet) && dropped.send(simpleGet));
    QVERIFY(mailbox.waitFor(2));

    server.reset();
    auto exchanges = mailbox.takeAll();
    exchanges.front().answer(textReply("too late"));
    exchanges.clear();

    QVERIFY(answered.hasEnded());
    QVERIFY(dropped.hasEnded());
}

AEGIS_TEST(TestHttpServerDrain)
#include "TestHttpServerDrain.moc"
