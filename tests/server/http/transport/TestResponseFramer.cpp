#include "server/http/transport/ResponseFramer.h"
#include "server/http/transport/StreamSource.h"
#include "tests/support/TestMain.h"

using namespace aegis::http;

class TestResponseFramer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void framesByStatusAndMethod_data();
    void framesByStatusAndMethod();
    void leavesOutWhatCannotStandInAHead_data();
    void leavesOutWhatCannotStandInAHead();
    void keepsRepeatedFields();
    void announcesStreams_data();
    void announcesStreams();
    void framesChunks();
};

namespace {

struct Nothing : StreamSource {
    Piece next() override { return {.bytes = {}, .last = true}; }
};

/// The framed answer without its Date, which changes.
QByteArray framed(const HttpReply &reply, Framing framing)
{
    QByteArray bytes = frameReply(reply, framing);
    const qsizetype date = bytes.indexOf("Date: ");
    return date < 0 ? QByteArray("no Date") : bytes.remove(date, bytes.indexOf("\r\n", date) + 2 - date);
}

HttpReply reply(int status, const QByteArray &body = {}, HeaderList headers = {})
{
    return {.status = status, .headers = std::move(headers), .body = body, .stream = nullptr};
}

} // namespace

void TestResponseFramer::framesByStatusAndMethod_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("isHead");
    QTest::addColumn<bool>("isHttp10");
    QTest::addColumn<bool>("close");
    QTest::addColumn<QByteArray>("bytes");

    QTest::newRow("a body") << 200 << QByteArray("ok") << false << false << false << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    QTest::newRow("no body") << 404 << QByteArray() << false << false << false << QByteArray("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    QTest::newRow("HEAD") << 200 << QByteArray("ok") << true << false << false << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    QTest::newRow("204") << 204 << QByteArray("no") << false << false << false << QByteArray("HTTP/1.1 204 No Content\r\n\r\n");
    QTest::newRow("304") << 304 << QByteArray("no") << false << false << false << QByteArray("HTTP/1.1 304 Not Modified\r\n\r\n");
    QTest::newRow("the last answer") << 200 << QByteArray("ok") << false << false << true
                                     << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    QTest::newRow("HTTP/1.0 that stays") << 200 << QByteArray("ok") << false << true << false
                                         << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
    QTest::newRow("a status without a phrase") << 299 << QByteArray() << false << false << false
                                               << QByteArray("HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
}

void TestResponseFramer::framesByStatusAndMethod()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(bool, isHead);
    QFETCH(bool, isHttp10);
    QFETCH(bool, close);

    const QByteArray framedBytes = framed(reply(status, body), {.isHead = isHead, .isHttp10 = isHttp10, .close = close});

    QTEST(framedBytes, "bytes");
}

void TestResponseFramer::leavesOutWhatCannotStandInAHead_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");

    QTest::newRow("a value with a line end") << QByteArray("X") << QByteArray("a\r\nSet-Cookie: b");
    QTest::newRow("a value with LF") << QByteArray("X") << QByteArray("a\nb");
    QTest::newRow("a value with NUL") << QByteArray("X") << QByteArray("a\0b", 3);
    QTest::newRow("a name with a colon") << QByteArray("X: y\r\nZ") << QByteArray("a");
    QTest::newRow("no name") << QByteArray() << QByteArray("a");
    QTest::newRow("Content-Length") << QByteArray("content-length") << QByteArray("9");
    QTest::newRow("Transfer-Encoding") << QByteArray("Transfer-Encoding") << QByteArray("chunked");
    QTest::newRow("Connection") << QByteArray("Connection") << QByteArray("upgrade");
    QTest::newRow("Date") << QByteArray("Date") << QByteArray("yesterday");
}

void TestResponseFramer::leavesOutWhatCannotStandInAHead()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);

    const QByteArray bytes = framed(reply(200, "ok", {{name, value}, {"Y", "z"}}), {});

    QCOMPARE(bytes, QByteArray("HTTP/1.1 200 OK\r\nY: z\r\nContent-Length: 2\r\n\r\nok"));
}

void TestResponseFramer::keepsRepeatedFields()
{
    const QByteArray bytes = framed(reply(204, {}, {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}), {});

    QCOMPARE(bytes, QByteArray("HTTP/1.1 204 No Content\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"));
}

void TestResponseFramer::announcesStreams_data()
{
    QTest::addColumn<bool>("isHead");
    QTest::addColumn<bool>("isHttp10");
    QTest::addColumn<bool>("chunked");

    QTest::newRow("in chunks") << false << false << true;
    QTest::newRow("until the end for HTTP/1.0") << false << true << false;
    QTest::newRow("not for HEAD") << true << false << false;
}

void TestResponseFramer::announcesStreams()
{
    QFETCH(bool, isHead);
    QFETCH(bool, isHttp10);
    HttpReply stream = reply(200, "not used");
    stream.stream = std::make_shared<Nothing>();

    const QByteArray bytes = framed(stream, {.isHead = isHead, .isHttp10 = isHttp10, .close = false});

    QTEST(bytes.contains("Transfer-Encoding: chunked\r\n"), "chunked");
    QVERIFY(!bytes.contains("Content-Length"));
    QVERIFY(bytes.endsWith("\r\n\r\n"));
}

void TestResponseFramer::framesChunks()
{
    QCOMPARE(frameChunk(QByteArray(26, 'a')), "1a\r\n" + QByteArray(26, 'a') + "\r\n");
    QVERIFY2(frameChunk({}).isEmpty(), "an empty chunk would end the body");
    QCOMPARE(lastChunk(), QByteArrayView("0\r\n\r\n"));
}

AEGIS_TEST(TestResponseFramer)
#include "TestResponseFramer.moc"
