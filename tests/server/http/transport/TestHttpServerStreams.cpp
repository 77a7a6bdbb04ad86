#include "server/http/transport/StreamSource.h"
#include "tests/server/http/transport/TransportServer.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::http;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Bodies that are produced while they are sent.
class TestHttpServerStreams : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sendsAnExportInChunksAndGoesOn();
    void endsTheConnectionForHttp10();
    void doesNotPullForHead();
    void pullsNoFasterThanTheClientReads();
    void waitsForASourceThatWakesIt();
    void tellsTheSourceWhenTheClientHasGone_data();
    void tellsTheSourceWhenTheClientHasGone();
    void endsAFeedThatIsSilentForTooLong();
    void endsAFeedWhenTheServerDrains();
};

namespace {

/// What happened to a source, as the test's thread sees it.
struct Fate {
    std::atomic<qint64> pulled = 0;
    std::atomic<int> over = 0;
    std::atomic<bool> complete = false;
};

/// So many bytes, in pieces of 32 KiB.
class Export : public StreamSource {
public:
    Export(std::shared_ptr<Fate> fate, qint64 size) : m_fate(std::move(fate)), m_size(size) {}
    Piece next() override
    {
        const qint64 count = std::min<qint64>(32 * 1024, m_size - m_fate->pulled);
        m_fate->pulled += count;
        return {.bytes = QByteArray(count, 'x'), .last = m_fate->pulled == m_size};
    }
    void gone(bool complete) override
    {
        m_fate->complete = complete;
        ++m_fate->over;
    }

private:
    const std::shared_ptr<Fate> m_fate;
    const qint64 m_size;
};

/// Gives what other threads have put in; has no end of its own.
class Feed : public StreamSource {
public:
    explicit Feed(std::shared_ptr<Fate> fate) : m_fate(std::move(fate)) {}
    void put(const QByteArray &bytes)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_bytes.append(bytes);
        }
        wake();
    }
    Piece next() override
    {
        const std::lock_guard lock(m_mutex);
        return {.bytes = std::exchange(m_bytes, {}), .last = m_ending};
    }
    void gone(bool complete) override
    {
        m_fate->complete = complete;
        ++m_fate->over;
    }
    void finishSoon() override
    {
        {
            const std::lock_guard lock(m_mutex);
            m_ending = true;
        }
        wake();
    }

private:
    const std::shared_ptr<Fate> m_fate;
    std::mutex m_mutex;
    QByteArray m_bytes;
    bool m_ending = false;
};

HttpServer::Handler streaming(std::shared_ptr<StreamSource> source)
{
    return [source](HttpExchange exchange) {
        HttpReply reply = textReply("not used");
        if (exchange.request().path == "/stream")
            reply.stream = source;
        exchange.answer(reply);
    };
}

const QByteArray ask = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

} // namespace

void TestHttpServerStreams::sendsAnExportInChunksAndGoesOn()
{
    const auto fate = std::make_shared<Fate>();
    TransportServer server(streaming(std::make_shared<Export>(fate, 1'000'000)));
    WireClient client(server.port);

    QVERIFY(client.send(ask + "GET /other HTTP/1.1\r\nHost: x\r\n\r\n"));
    const WireReply reply = client.reply();

    QCOMPARE(reply.field("Transfer-Encoding"), QByteArray("chunked"));
    QVERIFY(reply.body == QByteArray(1'000'000, 'x'));
    QCOMPARE(client.reply().body, QByteArray("not used"));
    QCOMPARE(fate->over.load(), 1);
    QVERIFY(fate->complete);
}

void TestHttpServerStreams::endsTheConnectionForHttp10()
{
    const auto fate = std::make_shared<Fate>();
    TransportServer server(streaming(std::make_shared<Export>(fate, 100'000)));
    WireClient client(server.port);

    QVERIFY(client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    const WireReply reply = client.reply();

    QCOMPARE(reply.field("Connection"), QByteArray("close"));
    QVERIFY(reply.field("Transfer-Encoding").isNull());
    QVERIFY(reply.body == QByteArray(100'000, 'x'));
}

void TestHttpServerStreams::doesNotPullForHead()
{
    const auto fate = std::make_shared<Fate>();
    TransportServer server(streaming(std::make_shared<Export>(fate, 100'000)));
    WireClient client(server.port);

    QVERIFY(client.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\nGET /other HTTP/1.1\r\nHost: x\r\n\r\n"));

    QCOMPARE(client.reply(true).status, 200);
    QCOMPARE(client.reply().body, QByteArray("not used"));
    QCOMPARE(fate->pulled.load(), 0);
    QCOMPARE(fate->over.load(), 1);
}

void TestHttpServerStreams::pullsNoFasterThanTheClientReads()
{
    const auto fate = std::make_shared<Fate>();
    const qint64 size = 40'000'000;
    TransportServer server(streaming(std::make_shared<Export>(fate, size)));
    WireClient client(server.port);
    client.readSlowly();

    QVERIFY(client.send(ask));
    QTRY_VERIFY(fate->pulled > 256 * 1024);
    qint64 before = -1;
    QTRY_VERIFY_WITH_TIMEOUT(std::exchange(before, fate->pulled.load()) == fate->pulled && before > 0, 5000);
    QVERIFY2(fate->pulled < size / 2, "what the kernel and the limit hold, and no more");

    QVERIFY(client.reply().body.size() == size);
    QVERIFY(fate->complete);
}

void TestHttpServerStreams::waitsForASourceThatWakesIt()
{
    const auto fate = std::make_shared<Fate>();
    const auto feed = std::make_shared<Feed>(fate);
    TransportServer server(streaming(feed));
    WireClient client(server.port);

    QVERIFY(client.send(ask));
    QVERIFY(client.some(10'000).endsWith("\r\n\r\n"));
    QVERIFY(client.isSilent(20));
    feed->put("data: 1\n\n");
    QCOMPARE(client.some(100), QByteArray("9\r\ndata: 1\n\n\r\n"));
    feed->put("data: 22\n\n");

    QCOMPARE(client.some(100), QByteArray("a\r\ndata: 22\n\n\r\n"));
    QCOMPARE(fate->over.load(), 0);
}

void TestHttpServerStreams::tellsTheSourceWhenTheClientHasGone_data()
{
    QTest::addColumn<bool>("feeds");
    QTest::addColumn<bool>("reset");

    QTest::newRow("during an export") << false << false;
    QTest::newRow("during an export, by a reset") << false << true;
    QTest::newRow("during a silent feed") << true << false;
    QTest::newRow("during a silent feed, by a reset") << true << true;
}

void TestHttpServerStreams::tellsTheSourceWhenTheClientHasGone()
{
    QFETCH(bool, feeds);
    QFETCH(bool, reset);
    const auto fate = std::make_shared<Fate>();
    const auto feed = std::make_shared<Feed>(fate);
    const auto endless = std::make_shared<Export>(fate, qint64(1) << 50);
    TransportServer server(streaming(feeds ? std::static_pointer_cast<StreamSource>(feed) : endless));
    WireClient client(server.port);

    QVERIFY(client.send(ask));
    QVERIFY(client.some(17) == "HTTP/1.1 200 OK\r\n");
    client.close(reset);

    QTRY_COMPARE(fate->over.load(), 1);
    QVERIFY(!fate->complete);
    QTRY_COMPARE(server.server->connections(), 0);
    feed->put("to nobody");
}

void TestHttpServerStreams::endsAFeedThatIsSilentForTooLong()
{
    const auto fate = std::make_shared<Fate>();
    TransportServer server(streaming(std::make_shared<Feed>(fate)), {.write = 300ms});
    WireClient client(server.port);

    QVERIFY(client.send(ask));

    QVERIFY(client.some(10'000).endsWith("\r\n\r\n"));
    QVERIFY(client.hasEnded());
    QTRY_COMPARE(fate->over.load(), 1);
    QVERIFY(!fate->complete);
}

void TestHttpServerStreams::endsAFeedWhenTheServerDrains()
{
    const auto fate = std::make_shared<Fate>();
    TransportServer server(streaming(std::make_shared<Feed>(fate)));
    WireClient client(server.port);
    std::optional<int> cut;

    QVERIFY(client.send(ask));
    QVERIFY(client.some(10'000).endsWith("\r\n\r\n"));
    server.server->drain(10s, [&](int count) { cut = count; });

    QCOMPARE(client.some(100), QByteArray("0\r\n\r\n"));
    client.close();
    QTRY_COMPARE(cut, std::optional(0));
    QVERIFY(fate->complete);
}

AEGIS_TEST(TestHttpServerStreams)
#include "TestHttpServerStreams.moc"
