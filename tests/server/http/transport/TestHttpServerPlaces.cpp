#include "tests/server/http/transport/TransportServer.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::http;
using namespace aegis::test;

/// Who keeps and who loses a connection when there are as many as the server takes. Addresses other than 127.0.0.1 count as
/// those of strangers.
class TestHttpServerPlaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endsWhoHasWaitedLongestWhenAllPlacesAreTaken_data();
    void endsWhoHasWaitedLongestWhenAllPlacesAreTaken();
    void doesNotEndWhoIsServed();
    void servesThisMachineWhileOthersHaveAllPlaces();
};

static QByteArray get(const QByteArray &target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

void TestHttpServerPlaces::endsWhoHasWaitedLongestWhenAllPlacesAreTaken_data()
{
    QTest::addColumn<QByteArray>("sends");

    QTest::newRow("for a request to begin") << QByteArray();
    QTest::newRow("for the rest of a head") << QByteArray("GET / HTTP/1.1\r\nHost:");
    QTest::newRow("for the rest of a body") << QByteArray("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nb");
}

void TestHttpServerPlaces::endsWhoHasWaitedLongestWhenAllPlacesAreTaken()
{
    QFETCH(QByteArray, sends);
    TransportServer server(nullptr, {.connections = 3});
    WireClient first(server.port, {.source = "127.0.0.2"});
    WireClient second(server.port, {.source = "127.0.0.3"});
    WireClient third(server.port, {.source = "127.0.0.4"});
    QVERIFY(second.send(sends));
    for (WireClient *client : {&third, &first}) {
        QVERIFY(client->send(get("/")));
        QCOMPARE(client->reply().status, 200);
    }

    WireClient fourth(server.port, {.source = "127.0.0.5"});
    QVERIFY(fourth.send(get("/fourth")));

    QCOMPARE(fourth.reply().body, QByteArray("GET /fourth []"));
    QVERIFY(second.hasEnded());
    for (WireClient *client : {&first, &third}) {
        QVERIFY(client->send(get("/")));
        QCOMPARE(client->reply().status, 200);
    }
    QCOMPARE(server.server->connections(), 3);
    QCOMPARE(server.server->counters().endedForOthers.load(), quint64(1));
    QCOMPARE(server.server->counters().refusedConnections.load(), quint64(0));
}

void TestHttpServerPlaces::doesNotEndWhoIsServed()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); }, {.connections = 1});
    WireClient first(server.port, {.source = "127.0.0.2"});
    QVERIFY(first.send(get("/")));
    QVERIFY(mailbox.waitFor(1));

    WireClient second(server.port, {.source = "127.0.0.3"});

    QVERIFY(second.hasEnded());
    QCOMPARE(server.server->counters().refusedConnections.load(), quint64(1));
    mailbox.takeAll().front().answer(textReply("served"));
    QCOMPARE(first.reply().body, QByteArray("served"));
}

void TestHttpServerPlaces::servesThisMachineWhileOthersHaveAllPlaces()
{
    TransportServer server(nullptr, {.connections = 8});
    std::vector<std::unique_ptr<WireClient>> others;
    for (int i = 0; i < 6; ++i)
        others.push_back(std::make_unique<WireClient>(server.port, WireClient::Options{.source = "127.0.0.2"}));
    QTRY_COMPARE(server.server->connections(), 6);

    WireClient own(server.port);
    QVERIFY(own.send(get("/health")));

    QCOMPARE(own.reply().body, QByteArray("GET /health []"));
    QCOMPARE(server.server->connections(), 7);
    WireClient another(server.port, {.source = "127.0.0.3"});
    QVERIFY2(others.front()->hasEnded(), "but a place that is kept is not for others");
    QVERIFY(another.send(get("/")));
    QCOMPARE(another.reply().status, 200);
    QCOMPARE(server.server->connections(), 7);
    QVERIFY(own.send(get("/health")));
    QCOMPARE(own.reply().status, 200);
}

AEGIS_TEST(TestHttpServerPlaces)
#include "TestHttpServerPlaces.moc"
