#include "server/async/WorkerPool.h"
#include "server/http/transport/HttpServer.h"
#include "tests/server/http/PipelineHarness.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

#include <semaphore>
#include <stdexcept>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

// A handler that takes longer than a request may: the transport answers in its place, and what comes later is nobody's.
class TestLateAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recordsARequestThatTimedOutOnce_data();
    void recordsARequestThatTimedOutOnce();
    void recordsAnAnswerInTimeOnce();
    void doesNotBeginWhatTimedOutInTheQueue();
};

/// What a handler waits for.
struct Holder {
    std::counting_semaphore<2> release{0};
    std::atomic<int> begun = 0;
    WorkerPool pool{{.name = "slow", .threads = 1, .capacity = 4}};
};

static Task<Result<HealthResponse>> healthWhenReleased(const RequestContext &context, Holder &holder, bool breaks)
{
    auto wait = [&holder](int) -> Result<void> {
        ++holder.begun;
        holder.release.acquire();
        return {};
    };
    CO_CHECK(co_await holder.pool.run<void>(wait, context.deadline));
    if (breaks)
        throw std::runtime_error("late cucumber");
    co_return HealthResponse{QStringLiteral("late"), {}};
}

/// A server whose handler of /health/live waits to be released.
struct SlowServer {
    SlowServer(std::chrono::milliseconds allowed, bool breaks)
    {
        harness.api.on<endpoints::HealthLive>(
            [this, breaks](const RequestContext &context, NoRequest) { return healthWhenReleased(context, holder, breaks); });
        http::HttpServerOptions options;
        options.threads = 1;
        options.limits.handler = allowed;
        options.refuse = [this](const http::Refusal &refusal) { return harness.pipeline->refuse(refusal); };
        server = std::make_unique<http::HttpServer>(options, [this](http::HttpExchange exchange) { harness.pipeline->handle(std::move(exchange)); });
        port = server->start().value();
    }

    PipelineHarness harness;
    Holder holder;
    std::unique_ptr<http::HttpServer> server;
    quint16 port = 0;
};

void TestLateAnswers::recordsARequestThatTimedOutOnce_data()
{
    QTest::addColumn<bool>("breaks");
    QTest::addColumn<bool>("clientLeaves");
    QTest::newRow("a late answer") << false << false;
    QTest::newRow("a late answer when the client has gone") << false << true;
    QTest::newRow("a late exception") << true << false;
}

void TestLateAnswers::recordsARequestThatTimedOutOnce()
{
    QFETCH(bool, breaks);
    QFETCH(bool, clientLeaves);
    SlowServer slow(100ms, breaks);
    WireClient client(slow.port);

    QVERIFY(client.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"));
    const WireReply reply = client.reply();
    if (clientLeaves)
        client.close();
    slow.holder.release.release();
    QVERIFY(clientLeaves || client.hasEnded());
    client.close();
    QTRY_COMPARE(slow.server->connections(), 0); // nobody works on the request any more

    QCOMPARE(reply.status, 503);
    QCOMPARE(reply.problemCode(), QByteArray("handler_timeout"));
    QCOMPARE(slow.harness.observed.size(), std::size_t(1));
    QCOMPARE(slow.harness.observed.front().first, 503);
    QCOMPARE(slow.harness.refusals.size(), std::size_t(1));
    QVERIFY(slow.harness.refusals.front().startsWith("/health/live "));
}

void TestLateAnswers::recordsAnAnswerInTimeOnce()
{
    SlowServer slow(10s, false);
    slow.holder.release.release();
    WireClient client(slow.port);

    QVERIFY(client.send("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    const WireReply reply = client.reply();
    QVERIFY(client.hasEnded());
    client.close();
    QTRY_COMPARE(slow.server->connections(), 0);

    QCOMPARE(reply.status, 200);
    QCOMPARE(slow.harness.observed.size(), std::size_t(1));
    QCOMPARE(slow.harness.observed.front().first, 200);
    QCOMPARE(slow.harness.refusals.size(), std::size_t(0));
}

void TestLateAnswers::doesNotBeginWhatTimedOutInTheQueue()
{
    SlowServer slow(100ms, false);
    WireClient first(slow.port);
    WireClient second(slow.port);

    QVERIFY(first.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"));
    QVERIFY(second.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"));
    const WireReply firstReply = first.reply();
    const WireReply secondReply = second.reply();
    slow.holder.release.release(2); // one worker: whoever is first holds it
    first.close();
    second.close();
    QTRY_COMPARE(slow.server->connections(), 0); // nobody works on the requests any more

    QCOMPARE(firstReply.problemCode(), QByteArray("handler_timeout"));
    QCOMPARE(secondReply.problemCode(), QByteArray("handler_timeout"));
    QCOMPARE(slow.holder.begun.load(), 1);
    QCOMPARE(slow.harness.observed.size(), std::size_t(2)); // each once
}

AEGIS_TEST(TestLateAnswers)
#include "TestLateAnswers.moc"
