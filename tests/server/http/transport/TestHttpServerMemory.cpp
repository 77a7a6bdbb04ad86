#include "server/http/transport/KernelQueue.h"
#include "tests/server/http/transport/TransportServer.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>

using namespace aegis;
using namespace aegis::http;
using namespace aegis::test;
using namespace std::chrono_literals;

/// What a client can have the kernel hold for it by asking and not reading, and for how long.
class TestHttpServerMemory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void boundsTheBuffersOfAConnection();
    void doesNotServeWhatIsNotRead();
    void resetsAPeerThatDoesNotReadTheLastAnswer_data();
    void resetsAPeerThatDoesNotReadTheLastAnswer();
    void deliversTheLastAnswerToAPeerThatReadsLater_data();
    void deliversTheLastAnswerToAPeerThatReadsLater();
};

static const QByteArray simpleGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
static const QByteArray closingGet = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
static const QByteArray page(80'000, 'x'); ///< more than the client takes, less than the server's buffer

static int option(int descriptor, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;
    ::getsockopt(descriptor, level, name, &value, &size);
    return value;
}

void TestHttpServerMemory::boundsTheBuffersOfAConnection()
{
    TransportServer server(nullptr, {.write = 7s});
    WireClient client(server.port);
    QVERIFY(client.send(simpleGet));
    QCOMPARE(client.reply().status, 200);

    const int accepted = client.otherEnd();

    QVERIFY(accepted >= 0);
    QCOMPARE(option(accepted, SOL_SOCKET, SO_SNDBUF), 2 * 64 * 1024); // the kernel doubles it, and lets it be from then on
    QCOMPARE(option(accepted, SOL_SOCKET, SO_RCVBUF), 2 * 64 * 1024);
    QCOMPARE(option(accepted, IPPROTO_TCP, TCP_USER_TIMEOUT), 7000);
    QCOMPARE(option(accepted, IPPROTO_TCP, TCP_NODELAY), 1);
}

void TestHttpServerMemory::doesNotServeWhatIsNotRead()
{
    std::atomic<int> served = 0;
    TransportServer server(
        [&](HttpExchange exchange) {
            ++served;
            exchange.answer(textReply(page));
        },
        {.write = 300ms});
    WireClient client(server.port, {.receiveBuffer = 4096});

    QVERIFY(client.send(simpleGet.repeated(100)));
    QTRY_VERIFY(served > 0);
    QTRY_COMPARE(server.server->connections(), 0);

    QVERIFY2(served < 10, "the kernel does not take the others for the client");
    QVERIFY2(client.isReset(), "and does not keep what it took");
}

void TestHttpServerMemory::resetsAPeerThatDoesNotReadTheLastAnswer_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<bool>("finishesSending");

    QTest::newRow("that it asked to be the last") << closingGet << false;
    QTest::newRow("that it asked to be the last, and then ended") << closingGet << true;
    QTest::newRow("after which it ended") << simpleGet << true;
}

void TestHttpServerMemory::resetsAPeerThatDoesNotReadTheLastAnswer()
{
    QFETCH(QByteArray, request);
    QFETCH(bool, finishesSending);
    TransportServer server([](HttpExchange exchange) { exchange.answer(textReply(page)); }, {.linger = 300ms});
    WireClient client(server.port, {.receiveBuffer = 4096});

    QVERIFY(client.send(request));
    QTRY_VERIFY(unconfirmedBytes(client.otherEnd()) > 10'000);
    QCOMPARE(server.server->connections(), 1);
    if (finishesSending)
        client.finishSending();
    QTRY_COMPARE(server.server->connections(), 0);

    QVERIFY(client.isReset());
}

void TestHttpServerMemory::deliversTheLastAnswerToAPeerThatReadsLater_data()
{
    resetsAPeerThatDoesNotReadTheLastAnswer_data();
}

void TestHttpServerMemory::deliversTheLastAnswerToAPeerThatReadsLater()
{
    QFETCH(QByteArray, request);
    QFETCH(bool, finishesSending);
    TransportServer server([](HttpExchange exchange) { exchange.answer(textReply(page)); });
    WireClient client(server.port, {.receiveBuffer = 4096});

    QVERIFY(client.send(request));
    QTRY_VERIFY(unconfirmedBytes(client.otherEnd()) > 10'000);
    if (finishesSending)
        client.finishSending();
    const WireReply reply = client.reply();

    QCOMPARE(reply.status, 200);
    QCOMPARE(reply.body, page);
    QVERIFY2(client.hasEnded(), "in an orderly way");
    client.finishSending();
    QTRY_COMPARE(server.server->connections(), 0);
}

AEGIS_TEST(TestHttpServerMemory)
#include "TestHttpServerMemory.moc"
