#include "tests/server/http/transport/TransportServer.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

#include <QtCore/QElapsedTimer>

#include <sys/resource.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

using namespace aegis;
using namespace aegis::http;
using namespace aegis::test;
using namespace std::chrono_literals;

/// A real server, met over real sockets.
class TestHttpServer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersAndKeepsTheConnection();
    void tellsTheHandlerWhoAsks();
    void answersHeadWithoutABody();
    void endsTheConnectionOfHttp10();
    void servesPipelinedRequestsInTheirOrder();
    void servesManyPipelinedRequests();
    void endsAfterARefusal_data();
    void endsAfterARefusal();
    void doesNotTakeARefusalForTheAnswerToHead();
    void deliversTheRefusalOfABodyThatIsStillComing();
    void rendersItsRefusalsAsItIsTold();
    void saysWhatItKnowsOfARefusedRequest_data();
    void saysWhatItKnowsOfARefusedRequest();
    void asksHowLargeABodyMayBe_data();
    void asksHowLargeABodyMayBe();
    void asksForABodyThatWaits();
    void answersAClientThatHasFinishedSending();
    void answersFromAnyThread();
    void answersAnExchangeThatIsDropped();
    void answersAfterAHandlerThrew();
    void replacesAnAnswerThatIsNone();
    void survivesClientsThatLeaveWhileTheyAreServed();
    void holdsThePlaceOfAClientThatLeft();
    void refusesTooManyConnections();
    void refusesTooManyConnectionsOfAnAddress();
    void waitsForDescriptorsWithoutSpinning();
    void endsAConnectionAfterItsLastRequest();
    void sendsALargeAnswerToASlowClient();
    void refusesASecondInstance();
    void listensOnIpv4AndIpv6();
    void explainsWhyItCannotListen();
    void holdsManyIdleConnections();
};

static QByteArray get(const QByteArray &target, const QByteArray &fields = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

void TestHttpServer::answersAndKeepsTheConnection()
{
    TransportServer server;
    WireClient client(server.port);

    for (int i = 0; i < 3; ++i) {
        QVERIFY(client.send("POST /a%20b?c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"));
        const WireReply reply = client.reply();
        QCOMPARE(reply.status, 200);
        QCOMPARE(reply.body, QByteArray("POST /a b?c [hello]"));
        QVERIFY(reply.field("Connection").isNull());
        QVERIFY(reply.field("Date").endsWith(" GMT"));
    }
    QVERIFY(client.isSilent(20));
    QCOMPARE(server.server->connections(), 1);
}

void TestHttpServer::tellsTheHandlerWhoAsks()
{
    TransportServer server([](HttpExchange exchange) {
        const HttpRequest &request = exchange.request();
        exchange.answer(textReply(request.peer.toString().toLatin1() + (request.peerPort > 0 ? " port " : " ") + (request.tls ? "tls " : "plain ")
                                  + request.target + ' ' + request.headers.value("user-agent").toByteArray()));
    });
    WireClient client(server.port);

    QVERIFY(client.send(get("/x?y=%41", "User-Agent: me\r\n")));

    QCOMPARE(client.reply().body, QByteArray("127.0.0.1 port plain /x?y=%41 me"));
}

void TestHttpServer::answersHeadWithoutABody()
{
    TransportServer server;
    WireClient client(server.port);

    QVERIFY(client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + get("/b")));
    const WireReply head = client.reply(true);
    const WireReply body = client.reply();

    QCOMPARE(head.status, 200);
    QCOMPARE(head.field("Content-Length"), QByteArray::number(qstrlen("HEAD /a []")));
    QCOMPARE(body.body, QByteArray("GET /b []"));
}

void TestHttpServer::endsTheConnectionOfHttp10()
{
    TransportServer server;
    WireClient ending(server.port);
    WireClient staying(server.port);

    QVERIFY(ending.send("GET /a HTTP/1.0\r\n\r\n"));
    QVERIFY(staying.send("GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));

    QCOMPARE(ending.reply().field("Connection"), QByteArray("close"));
    QVERIFY(ending.hasEnded());
    QCOMPARE(staying.reply().field("Connection"), QByteArray("keep-alive"));
    QVERIFY(staying.isSilent(20));
}

void TestHttpServer::servesPipelinedRequestsInTheirOrder()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); });
    WireClient client(server.port);

    QVERIFY(client.send(get("/1") + get("/2") + get("/3")));
    for (const QByteArray path : {"/1", "/2", "/3"}) {
        QVERIFY(mailbox.waitFor(1));
        QVERIFY2(client.isSilent(20), "nothing is said before the answer");
        auto exchanges = mailbox.takeAll();
        QVERIFY2(exchanges.size() == 1, "one at a time");
        QCOMPARE(exchanges.front().request().path, path);
        exchanges.front().answer(textReply(path));
        QCOMPARE(client.reply().body, path);
    }
}

void TestHttpServer::servesManyPipelinedRequests()
{
    TransportServer server;
    WireClient client(server.port);
    const int count = 3000; // more than is kept for a connection at a time
    QByteArray requests;
    for (int i = 0; i < count; ++i)
        requests.append(get('/' + QByteArray::number(i)));

    bool sent = false;
    std::thread sender([&] { sent = client.send(requests); });
    int right = 0;
    for (int i = 0; i < count; ++i)
        right += client.reply().body == "GET /" + QByteArray::number(i) + " []" ? 1 : 0;
    sender.join();

    QVERIFY(sent);
    QCOMPARE(right, count);
}

void TestHttpServer::endsAfterARefusal_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("code");
    const QByteArray next = get("/smuggled");
    const QByteArray post = "POST / HTTP/1.1\r\nHost: x\r\n";

    QTest::newRow("bytes that are no request") << "garbage\r\n\r\n" + next << 400 << QByteArray("malformed_request");
    QTest::newRow("two lengths") << post + "Content-Length: 0\r\nContent-Length: 33\r\n\r\n" + next << 400 << QByteArray("malformed_request");
    QTest::newRow("a negative length") << post + "Content-Length: -5\r\n\r\n" + next << 400 << QByteArray("malformed_request");
    QTest::newRow("length and chunks") << post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next << 400
                                       << QByteArray("malformed_request");
    QTest::newRow("a bad chunk") << post + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + next << 400 << QByteArray("malformed_request");
    QTest::newRow("a length over the limit") << post + "Content-Length: 1048577\r\n\r\n" + next << 413 << QByteArray("content_too_large");
    QTest::newRow("chunks over the limit") << post + "Transfer-Encoding: chunked\r\n\r\n100001\r\n" + next << 413 << QByteArray("content_too_large");
    QTest::newRow("a long target") << get('/' + QByteArray(5000, 'a')) + next << 414 << QByteArray("uri_too_long");
    QTest::newRow("another expectation") << get("/", "Expect: x\r\n") + next << 417 << QByteArray("expectation_failed");
    QTest::newRow("a long head") << get("/", "A: " + QByteArray(20000, 'a') + "\r\n") + next << 431 << QByteArray("header_fields_too_large");
    QTest::newRow("an unknown method") << "FOO / HTTP/1.1\r\nHost: x\r\n\r\n" + next << 501 << QByteArray("not_implemented");
    QTest::newRow("another version") << "GET / HTTP/2.0\r\nHost: x\r\n\r\n" + next << 505 << QByteArray("http_version_not_supported");
}

void TestHttpServer::endsAfterARefusal()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    QFETCH(QByteArray, code);
    std::atomic<int> served = 0;
    TransportServer server([&](HttpExchange exchange) {
        ++served;
        exchange.answer(textReply("served"));
    });
    WireClient client(server.port);

    QVERIFY(client.send(bytes));
    const WireReply reply = client.reply();

    QCOMPARE(reply.status, status);
    QCOMPARE(reply.field("Content-Type"), QByteArray("application/problem+json"));
    QCOMPARE(reply.field("Connection"), QByteArray("close"));
    QCOMPARE(reply.problemCode(), code);
    QVERIFY2(code != "malformed_request" || reply.body.contains("\"detail\":\""), reply.body.constData());
    QVERIFY2(client.hasEnded(), "nothing is said after a refusal");
    QCOMPARE(served.load(), 0);
}

void TestHttpServer::doesNotTakeARefusalForTheAnswerToHead()
{
    TransportServer server;
    WireClient client(server.port);

    QVERIFY(client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\ngarbage\r\n\r\n"));
    QCOMPARE(client.reply(true).status, 200);

    QCOMPARE(client.reply().problemCode(), QByteArray("malformed_request"));
}

void TestHttpServer::deliversTheRefusalOfABodyThatIsStillComing()
{
    TransportServer server;
    for (int i = 0; i < 20; ++i) {
        WireClient client(server.port);
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n" + QByteArray(4'000'000, 'b'));
        QCOMPARE(client.reply().status, 413); // and not a reset that swallowed it
    }
}

void TestHttpServer::rendersItsRefusalsAsItIsTold()
{
    HttpServerOptions options;
    options.refuse = [](const Refusal &refusal) {
        HttpReply reply = textReply("own", problemInfo(refusal.code).status);
        reply.headers.push_back({"X-Own", "yes"});
        return reply;
    };
    HttpServer server(options, [](HttpExchange) {});
    const auto port = server.start();
    QVERIFY_RESULT(port);
    WireClient refused(port.value());
    WireClient dropped(port.value());

    QVERIFY(refused.send("garbage\r\n\r\n"));
    QVERIFY(dropped.send(get("/")));
    const WireReply refusal = refused.reply();
    const WireReply failure = dropped.reply();

    QCOMPARE(refusal.status, 400);
    QCOMPARE(refusal.field("X-Own"), QByteArray("yes"));
    QCOMPARE(refusal.field("Connection"), QByteArray("close"));
    QCOMPARE(failure.status, 500);
    QCOMPARE(failure.field("X-Own"), QByteArray("yes"));
}

void TestHttpServer::saysWhatItKnowsOfARefusedRequest_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("known");
    const QByteArray post = "POST /a HTTP/1.1\r\nHost: x\r\nOrigin: o\r\n";

    QTest::newRow("a body that is too large") << post + "Content-Length: 1048577\r\n\r\n" << QByteArray("413 127.0.0.1 POST /a [] o");
    QTest::newRow("a length that is no length any more") << post + "Content-Length: 00000000000000000\r\n\r\n"
                                                         << QByteArray("413 127.0.0.1 POST /a [] o");
    QTest::newRow("a bad chunk") << post + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\nZZ\r\n" << QByteArray("400 127.0.0.1 POST /a [] o");
    QTest::newRow("a bad field") << post + "A B: c\r\n\r\n" << QByteArray("400 127.0.0.1");
    QTest::newRow("a body that does not come") << post + "Content-Length: 5\r\n\r\nhe" << QByteArray("408 127.0.0.1 POST /a [he] o");
    QTest::newRow("a head that does not come") << post << QByteArray("408 127.0.0.1");
    QTest::newRow("a handler that takes too long") << get("/slow", "Origin: o\r\n") << QByteArray("503 127.0.0.1 GET /slow [] o");
}

void TestHttpServer::saysWhatItKnowsOfARefusedRequest()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, known);
    Mailbox mailbox;
    HttpServerOptions options;
    options.limits.head = options.limits.body = options.limits.handler = 100ms;
    options.refuse = [](const Refusal &refusal) {
        QByteArray text = QByteArray::number(problemInfo(refusal.code).status) + ' ' + refusal.peer.toString().toLatin1();
        if (refusal.request)
            text += ' ' + described(*refusal.request) + ' ' + refusal.request->headers.value("origin").toByteArray();
        return textReply(text, problemInfo(refusal.code).status);
    };
    HttpServer server(options, [&](HttpExchange exchange) { mailbox.put(std::move(exchange)); });
    const auto port = server.start();
    QVERIFY_RESULT(port);
    WireClient client(port.value());

    QVERIFY(client.send(bytes));

    QCOMPARE(client.reply().body, known);
    QVERIFY(client.hasEnded());
}

void TestHttpServer::asksHowLargeABodyMayBe_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    const auto post = [](const char *path, const QByteArray &rest) { return QByteArray("POST ") + path + " HTTP/1.1\r\nHost: x\r\n" + rest; };
    const QByteArray chunked = "Transfer-Encoding: chunked\r\n\r\n";

    QTest::newRow("as large as it may be") << post("/ten", "Content-Length: 10\r\n\r\n0123456789") << 200;
    QTest::newRow("larger, and not yet sent") << post("/ten", "Content-Length: 11\r\n\r\n") << 413;
    QTest::newRow("larger, and waiting to be asked") << post("/ten", "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n") << 413;
    QTest::newRow("chunks as large as it may be") << post("/ten", chunked + "6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n") << 200;
    QTest::newRow("chunks that become larger") << post("/ten", chunked + "6\r\n012345\r\n5\r\n") << 413;
    QTest::newRow("none at all") << post("/none", "Content-Length: 0\r\n\r\n") << 200;
    QTest::newRow("none at all, in chunks") << post("/none", chunked + "0\r\n\r\n") << 200;
    QTest::newRow("some where there may be none") << post("/none", "Content-Length: 1\r\n\r\n") << 413;
    QTest::newRow("some in chunks where there may be none") << post("/none", chunked + "1\r\n") << 413;
    QTest::newRow("larger than the server takes anywhere") << post("/any", "Content-Length: 101\r\n\r\n") << 413;
}

void TestHttpServer::asksHowLargeABodyMayBe()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    HttpServerOptions options;
    options.limits.bodyBytes = 100;
    options.bodyLimit = [](QByteArrayView method, QByteArrayView path) -> qsizetype {
        return method != "POST" || path == "/none" ? 0 : path == "/ten" ? 10 : 1'000'000;
    };
    HttpServer server(options, [](HttpExchange exchange) { exchange.answer(textReply("served")); });
    const auto port = server.start();
    QVERIFY_RESULT(port);
    WireClient client(port.value());

    QVERIFY(client.send(bytes));
    const WireReply reply = client.reply();

    QCOMPARE(reply.status, status);
    if (status == 413) {
        QCOMPARE(reply.problemCode(), QByteArray("content_too_large"));
        QVERIFY(client.hasEnded());
    } else {
        QVERIFY(client.send(get("/next")));
        QCOMPARE(client.reply().status, 200);
    }
}

void TestHttpServer::asksForABodyThatWaits()
{
    TransportServer server;
    WireClient client(server.port);

    QVERIFY(client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"));
    QCOMPARE(client.reply().status, 100);
    QVERIFY(client.send("hello"));

    QCOMPARE(client.reply().body, QByteArray("POST / [hello]"));
}

void TestHttpServer::answersAClientThatHasFinishedSending()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); });
    WireClient client(server.port);

    QVERIFY(client.send(get("/")));
    QVERIFY(mailbox.waitFor(1));
    client.finishSending();
    QVERIFY(client.isSilent(20));
    mailbox.takeAll().front().answer(textReply("late"));

    const WireReply reply = client.reply();
    QCOMPARE(reply.body, QByteArray("late"));
    QCOMPARE(reply.field("Connection"), QByteArray("close"));
    QVERIFY(client.hasEnded());
}

void TestHttpServer::answersFromAnyThread()
{
    std::atomic<bool> onIoThread = false;
    TransportServer server([&](HttpExchange exchange) {
        onIoThread = QThread::currentThread() != QCoreApplication::instance()->thread();
        std::thread([exchange = std::move(exchange)]() mutable { exchange.answer(textReply("from afar")); }).detach();
    });
    WireClient client(server.port);

    for (int i = 0; i < 50; ++i) {
        QVERIFY(client.send(get("/")));
        QCOMPARE(client.reply().body, QByteArray("from afar"));
    }
    QVERIFY(onIoThread);
}

void TestHttpServer::answersAnExchangeThatIsDropped()
{
    TransportServer server([](HttpExchange) {});
    WireClient client(server.port);

    QVERIFY(client.send(get("/") + get("/")));

    QCOMPARE(client.reply().status, 500);
    const WireReply second = client.reply();
    QCOMPARE(second.status, 500);
    QCOMPARE(second.problemCode(), QByteArray("internal"));
}

void TestHttpServer::answersAfterAHandlerThrew()
{
    TransportServer server([](HttpExchange) { throw std::runtime_error("broken"); });
    WireClient client(server.port);
    QTest::ignoreMessage(QtCriticalMsg, "a handler threw: broken");

    QVERIFY(client.send(get("/")));

    QCOMPARE(client.reply().status, 500);
}

void TestHttpServer::replacesAnAnswerThatIsNone()
{
    TransportServer server([](HttpExchange exchange) { exchange.answer(textReply("?", 100)); });
    WireClient client(server.port);

    QVERIFY(client.send(get("/")));

    QCOMPARE(client.reply().status, 500);
}

void TestHttpServer::survivesClientsThatLeaveWhileTheyAreServed()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); }, {}, 2);
    for (int round = 0; round < 4; ++round) {
        std::vector<std::unique_ptr<WireClient>> clients;
        for (int i = 0; i < 50; ++i) {
            clients.push_back(std::make_unique<WireClient>(server.port));
            QVERIFY(clients.back()->send(get("/") + get("/pipelined")));
        }
        QVERIFY(mailbox.waitFor(50));
        for (std::size_t i = 0; i < clients.size(); ++i)
            clients[i]->close(i % 2 == 0);
        for (HttpExchange &exchange : mailbox.takeAll())
            exchange.answer(textReply("too late"));
        // Of those that closed in an orderly way, the pipelined request may or may not be served.
        QTRY_VERIFY_WITH_TIMEOUT((mailbox.takeAll(), server.server->connections() == 0), 10'000);
    }

    TransportServer other;
    WireClient client(other.port);
    QVERIFY(client.send(get("/")));
    QCOMPARE(client.reply().status, 200);
}

void TestHttpServer::holdsThePlaceOfAClientThatLeft()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); }, {.connectionsPerAddress = 1});
    WireClient client(server.port);
    QVERIFY(client.send(get("/")));
    QVERIFY(mailbox.waitFor(1));
    client.close(true);

    WireClient refused(server.port);
    QVERIFY2(refused.hasEnded(), "the work of the first is not done yet");
    mailbox.takeAll();
    QTRY_COMPARE(server.server->connections(), 0);

    WireClient accepted(server.port);
    QVERIFY(accepted.isSilent(20));
}

void TestHttpServer::refusesTooManyConnections()
{
    TransportServer server(nullptr, {.connections = 2}, 2);
    WireClient first(server.port);
    WireClient second(server.port);
    QTRY_COMPARE(server.server->connections(), 2);

    WireClient third(server.port);

    QVERIFY(third.hasEnded());
    QCOMPARE(server.server->counters().refusedConnections.load(), quint64(1));
    first.close();
    QTRY_COMPARE(server.server->connections(), 1);
    WireClient fourth(server.port);
    QVERIFY(fourth.send(get("/")));
    QCOMPARE(fourth.reply().status, 200);
}

void TestHttpServer::refusesTooManyConnectionsOfAnAddress()
{
    TransportServer server(nullptr, {.connectionsPerAddress = 1});
    WireClient first(server.port);
    QTRY_COMPARE(server.server->connections(), 1);

    WireClient second(server.port);

    QVERIFY(second.hasEnded());
    QVERIFY(first.send(get("/")));
    QCOMPARE(first.reply().status, 200);
}

void TestHttpServer::waitsForDescriptorsWithoutSpinning()
{
    TransportServer server;
    WireClient before(server.port); // so that Qt has met "none at present" once
    QVERIFY(before.send(get("/before")));
    QCOMPARE(before.reply().status, 200);
    rlimit usual{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    const auto restore = qScopeGuard([&] { ::setrlimit(RLIMIT_NOFILE, &usual); });
    const int next = ::dup(0);
    ::close(next);
    const rlimit oneMore{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = usual.rlim_max}; // for the client's end
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &oneMore), 0);

    WireClient client(server.port);
    QVERIFY(client.isConnected());
    QVERIFY(client.send(get("/waits")));
    const auto failures = [&] { return server.server->counters().acceptFailures.load(); };
    QElapsedTimer time;
    time.start();
    QTRY_VERIFY(failures() >= 3);

    QVERIFY2(time.elapsed() >= 350, "it tries again after a pause each time");
    QVERIFY2(failures() < 10, "and not more often");
    QVERIFY(before.send(get("/meanwhile")));
    QCOMPARE(before.reply().status, 200); // the thread goes on
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    QCOMPARE(client.reply().body, QByteArray("GET /waits []"));
}

void TestHttpServer::endsAConnectionAfterItsLastRequest()
{
    TransportServer server(nullptr, {.requestsPerConnection = 2});
    WireClient client(server.port);

    QVERIFY(client.send(get("/1") + get("/2") + get("/3")));

    QVERIFY(client.reply().field("Connection").isNull());
    QCOMPARE(client.reply().field("Connection"), QByteArray("close"));
    QVERIFY(client.hasEnded());
}

void TestHttpServer::sendsALargeAnswerToASlowClient()
{
    const QByteArray large(3'000'000, 'x');
    TransportServer server(
        [&](HttpExchange exchange) { exchange.answer(textReply(exchange.request().path == "/large" ? large : QByteArray("small"))); });
    WireClient client(server.port);
    client.readSlowly();

    QVERIFY(client.send(get("/large") + get("/small")));

    QVERIFY(client.reply().body == large);
    QCOMPARE(client.reply().body, QByteArray("small"));
}

void TestHttpServer::refusesASecondInstance()
{
    TransportServer first;
    HttpServerOptions options;
    options.port = first.port;
    HttpServer second(options, [](HttpExchange) {});

    const auto started = second.start();

    QVERIFY(!started);
    QCOMPARE(started.problem().code, ProblemCode::Conflict);
    QVERIFY(started.problem().internal.contains(QString::number(first.port)));
}

void TestHttpServer::listensOnIpv4AndIpv6()
{
    HttpServerOptions options;
    options.addresses = {QHostAddress(QHostAddress::LocalHost), QHostAddress(QHostAddress::LocalHostIPv6)};
    HttpServer server(options, [](HttpExchange exchange) { exchange.answer(textReply(exchange.request().peer.toString().toLatin1())); });
    const auto port = server.start();
    if (!port && port.problem().internal.contains(QStringLiteral("::1")))
        QSKIP("this machine has no IPv6");
    QVERIFY_RESULT(port);

    for (const char *address : {"127.0.0.1", "::1"}) {
        WireClient client(port.value(), address);
        QVERIFY(client.send(get("/")));
        QCOMPARE(client.reply().body, QByteArray(address));
    }
}

void TestHttpServer::explainsWhyItCannotListen()
{
    HttpServerOptions options;
    options.addresses = {QHostAddress(QStringLiteral("192.0.2.1"))}; // for documentation: nobody's
    HttpServer server(options, [](HttpExchange) {});

    const auto started = server.start();

    QVERIFY(!started);
    QCOMPARE(started.problem().code, ProblemCode::Internal);
    QVERIFY(started.problem().internal.contains(QStringLiteral("192.0.2.1")));
}

void TestHttpServer::holdsManyIdleConnections()
{
    TransportServer server(nullptr, {.connectionsPerAddress = 1000}, 2);
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < 400; ++i)
        clients.push_back(std::make_unique<WireClient>(server.port));
    QTRY_COMPARE(server.server->connections(), 400);

    for (const auto &client : clients) {
        QVERIFY(client->send(get("/")));
        QCOMPARE(client->reply().status, 200);
    }
    clients.clear();

    QTRY_COMPARE(server.server->connections(), 0);
}

AEGIS_TEST(TestHttpServer)
#include "TestHttpServer.moc"
