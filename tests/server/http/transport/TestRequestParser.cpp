#include "server/http/transport/RequestParser.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::http;
using Outcome = RequestParser::Outcome;

class TestRequestParser : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refuses_data();
    void refuses();
    void refusesInAnyPieces_data() { refuses_data(); }
    void refusesInAnyPieces();
    void saysWhatIsMalformed_data();
    void saysWhatIsMalformed();
    void accepts_data();
    void accepts();
    void acceptsInAnyPieces_data() { accepts_data(); }
    void acceptsInAnyPieces();
    void keepsHeaderFieldsInOrder();
    void dropsFieldsOfTheConnection();
    void knowsWhetherTheConnectionStays_data();
    void knowsWhetherTheConnectionStays();
    void readsPipelinedRequestsOneAtATime();
    void expectsAContinueOnlyWhileTheBodyIsMissing();
    void holdsTheBounds_data();
    void holdsTheBounds();
    void staysRefused();
    void tellsThePhase();
};

static const HttpLimits limits;

/// Why the bytes are refused, when they come in pieces of that size.
static QByteArray reasonOf(const QByteArray &bytes, qsizetype piece)
{
    RequestParser parser(limits);
    for (qsizetype begin = 0; begin < bytes.size(); begin += piece) {
        if (parser.parse(QByteArrayView(bytes).sliced(begin, std::min(piece, bytes.size() - begin))) == Outcome::Refused)
            return parser.refusal().reason;
    }
    return {};
}

/// What a parser makes of the bytes: "GET /path?query [body]" for each request, then "refused:CODE" or "more".
static QByteArrayList readAll(const QByteArray &bytes, qsizetype piece)
{
    RequestParser parser(limits);
    QByteArrayList seen;
    for (qsizetype begin = 0; begin < bytes.size(); begin += piece) {
        Outcome outcome = parser.parse(QByteArrayView(bytes).sliced(begin, std::min(piece, bytes.size() - begin)));
        while (outcome == Outcome::Complete) {
            const HttpRequest request = parser.takeRequest();
            seen.append(request.method + ' ' + request.path + (request.query.isEmpty() ? "" : "?" + request.query) + " [" + request.body + ']');
            outcome = parser.parse();
        }
        if (outcome == Outcome::Refused)
            return seen << "refused:" + QByteArray(problemInfo(parser.refusal().code).name.data());
    }
    return parser.phase() == RequestParser::Phase::Idle ? seen : seen << "more";
}

void TestRequestParser::refuses_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("code");
    const QByteArray malformed = "malformed_request";
    const QByteArray next = "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n";
    const auto row = [](const char *name, const QByteArray &request, const QByteArray &code) { QTest::newRow(name) << request << code; };
    const auto get = [](const QByteArray &target) { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"; };
    const auto field = [](const QByteArray &line) { return "GET / HTTP/1.1\r\nHost: x\r\n" + line + "\r\n\r\n"; };
    const auto post = [](const QByteArray &fields, const QByteArray &body) {
        return "POST /echo HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n\r\n" + body;
    };

    row("a method that is not known", "FOO / HTTP/1.1\r\nHost: x\r\n\r\n", "not_implemented");
    row("a method in lower case", "get / HTTP/1.1\r\nHost: x\r\n\r\n", "not_implemented");
    row("TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", "not_implemented");
    row("CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", "not_implemented");
    row("a method that is no token", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", malformed);
    row("version 2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "http_version_not_supported");
    row("version 9.9", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "http_version_not_supported");
    row("version 1.10", "GET / HTTP/1.10\r\nHost: x\r\n\r\n", "http_version_not_supported");
    row("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http_version_not_supported");
    row("something that is no version", "GET / HTTPxABC\r\nHost: x\r\n\r\n", malformed);
    row("no version (HTTP/0.9)", "GET /\r\n\r\n", malformed);
    row("a blank too many in the request line", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", malformed);
    row("a blank in the target", get("/js on"), malformed);
    row("a blank after the version", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", malformed);
    row("three empty lines first", "\r\n\r\n\r\n" + next, malformed);
    row("the first bytes of TLS", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), malformed);

    row("no Host", "GET / HTTP/1.1\r\n\r\n", malformed);
    row("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", malformed);
    row("the same Host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", malformed);
    row("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", malformed);
    row("a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", malformed);

    row("a negative length hides a request", post("Content-Length: -5", next), malformed);
    row("a length with a sign", post("Content-Length: +5", "hello"), malformed);
    row("a length with a list", post("Content-Length: 5, 5", "hello"), malformed);
    row("a length in hexadecimal", post("Content-Length: 0x5", "hello"), malformed);
    row("an empty length", post("Content-Length:", "hello"), malformed);
    row("a length with a blank inside", post("Content-Length: 1 0", "hello"), malformed);
    row("two lengths hide a request", post("Content-Length: 0\r\nContent-Length: 33", next), malformed);
    row("the same length twice", post("Content-Length: 5\r\nContent-Length: 5", "hello"), malformed);
    row("a length of 2^64 - 1", post("Content-Length: 18446744073709551615", next), "content_too_large");
    row("a length of 2^63 - 1", post("Content-Length: 9223372036854775807", "abc"), "content_too_large");
    row("a length over the limit", post("Content-Length: 1048577", ""), "content_too_large");
    row("length and chunks hide a request", post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + next), malformed);
    row("chunks and length, in the other order", post("Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n" + next), malformed);
    row("a coding that only looks like chunked", post("Content-Length: 5\r\nTransfer-Encoding: xchunked", "0\r\n\r\n" + next), "not_implemented");
    row("a coding before chunked", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), "not_implemented");
    row("the identity coding", post("Transfer-Encoding: identity\r\nContent-Length: 5", "hello"), "not_implemented");
    row("two codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), malformed);
    row("chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", malformed);

    const QByteArray chunked = "Transfer-Encoding: chunked";
    row("a request in place of the trailer", post(chunked, "5\r\nhello\r\n0\r\n" + next), malformed);
    row("a negative chunk size", post(chunked, "-5\r\nhello\r\n0\r\n\r\n"), malformed);
    row("a chunk size that is no number", post(chunked, "ZZ\r\nhello\r\n0\r\n\r\n" + next), malformed);
    row("a chunk size with 0x", post(chunked, "0x5\r\nhello\r\n0\r\n\r\n"), malformed);
    row("no chunk size", post(chunked, "\r\nhello\r\n0\r\n\r\n"), malformed);
    row("a blank before the chunk size", post(chunked, " 5\r\nhello\r\n0\r\n\r\n"), malformed);
    row("a blank after the chunk size", post(chunked, "5 \r\nhello\r\n0\r\n\r\n"), malformed);
    row("a chunk of 2^64 - 1", post(chunked, "ffffffffffffffff\r\nhello"), "content_too_large");
    row("a chunk over the limit", post(chunked, "100001\r\n"), "content_too_large");
    row("a chunk that ends with LF", post(chunked, "5\nhello\r\n0\r\n\r\n"), malformed);
    row("data that is longer than its chunk", post(chunked, "4\r\nhello\r\n0\r\n\r\n"), malformed);
    row("a control byte in a chunk extension", post(chunked, QByteArray("5;a\0b\r\nhello\r\n0\r\n\r\n", 20)), malformed);
    row("a CR in a chunk extension", post(chunked, "5;a\rb\r\nhello\r\n0\r\n\r\n"), malformed);
    row("a chunk extension without an end", post(chunked, "5;" + QByteArray(300, 'a')), malformed);
    row("a trailer line without a colon", post(chunked, "0\r\ngarbage\r\n\r\n"), malformed);
    row("seventeen trailer fields", post(chunked, "0\r\n" + QByteArray("a: b\r\n").repeated(17) + "\r\n"), "header_fields_too_large");

    row("lines that end with LF", "GET / HTTP/1.1\nHost: x\n\n", malformed);
    row("one line that ends with LF", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", malformed);
    row("a CR in a value", field("X: a\rEvil: b"), malformed);
    row("a folded line", field("X: a\r\n  folded"), malformed);
    row("a blank before the colon", post("Content-Length : 5", "hello"), malformed);
    row("a blank in a name", field("X Y: v"), malformed);
    row("a line without a colon", field("garbage"), malformed);
    row("a line without a name", field(": v"), malformed);
    row("NUL in a value", field(QByteArray("X: a\0b", 6)), malformed);
    row("DEL in a value", field("X: a\x7f"), malformed);
    row("NUL in the target", get(QByteArray("/js\0on", 6)), malformed);
    row("two Content-Types", field("Content-Type: a/b\r\nContent-Type: c/d"), malformed);
    row("two Authorizations", field("Authorization: Bearer a\r\nauthorization: Bearer b"), malformed);
    row("two Cookies", field("Cookie: a=1\r\nCookie: b=2"), malformed);
    row("another expectation", field("Expect: foo"), "expectation_failed");

    row("an absolute address", get("http://evil.example/json"), malformed);
    row("a target without a slash", get("json"), malformed);
    row("a target that begins with two", get("//evil/json"), malformed);
    row("an asterisk for GET", get("*"), malformed);
    row("a fragment", get("/json#frag"), malformed);
    row("a backslash", get("/a\\b"), malformed);
    row("a byte that is not ASCII", get("/\xc3\xa9"), malformed);
    row("a dot segment", get("/item/../admin"), malformed);
    row("a dot segment at the end", get("/item/.."), malformed);
    row("a single dot", get("/./admin"), malformed);
    row("an escaped dot segment", get("/item/%2e%2E/admin"), malformed);
    row("an escaped slash", get("/item/a%2fb"), malformed);
    row("an escaped backslash", get("/item/..%5cx"), malformed);
    row("an escaped NUL", get("/item/x%00y"), malformed);
    row("an escaped line end", get("/admin%0a"), malformed);
    row("an escaped header", get("/item/a%0d%0aSet-Cookie:x"), malformed);
    row("an escaped DEL", get("/%7f"), malformed);
    row("bytes that are no UTF-8", get("/item/%ff%fe"), malformed);
    row("an overlong slash", get("/item/%c0%af"), malformed);
    row("half a surrogate", get("/item/%ed%a0%80"), malformed);
    row("an escape of no digits", get("/item/%zz"), malformed);
    row("an escape cut short", get("/item/%4"), malformed);
    row("an escaped NUL in the query", get("/json?x=%00"), malformed);
    row("a cut escape in the query", get("/json?x=%4"), malformed);
    row("a fragment in the query", get("/json?x#y"), malformed);
}

void TestRequestParser::refuses()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, code);

    const QByteArrayList seen = readAll(request, request.size());

    QCOMPARE(seen, QByteArrayList{"refused:" + code}); // and so no request was reached before or behind it
    QVERIFY2(code != "malformed_request" || !reasonOf(request, request.size()).isEmpty(), "nobody can tell what is wrong");
}

void TestRequestParser::refusesInAnyPieces()
{
    QFETCH(QByteArray, request);

    for (const qsizetype piece : {1, 2, 3, 7}) {
        const QByteArrayList seen = readAll(request, piece);
        QCOMPARE(seen.size(), 1);
        QVERIFY2(seen.first().startsWith("refused:"), seen.first().constData());
        QVERIFY(seen.first() != "refused:malformed_request" || !reasonOf(request, piece).isEmpty());
    }
}

void TestRequestParser::saysWhatIsMalformed_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const QByteArray &request, const char *reason) { QTest::newRow(name) << request << QByteArray(reason); };
    const auto get = [](const QByteArray &target) { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"; };
    const QByteArray post = "POST / HTTP/1.1\r\nHost: x\r\n";
    const QByteArray chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    const QByteArray hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);

    row("no Host", "GET / HTTP/1.1\r\n\r\n", "Host is missing.");
    row("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "Host stands more than once.");
    row("two lengths", post + "Content-Length: 0\r\nContent-Length: 33\r\n\r\n", "Content-Length stands more than once.");
    row("no length", post + "Content-Length: x\r\n\r\n", "Content-Length is not a decimal number.");
    row("length and chunks", post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "Content-Length and Transfer-Encoding exclude each other.");
    row("two tokens", post + "Authorization: a\r\nAuthorization: b\r\n\r\n", "Authorization stands more than once.");
    row("two slashes", get("//auth/me"), "The address must not begin with two slashes.");
    row("an escaped slash", get("/a%2Fb"), "The path must not hold an escaped slash or backslash.");
    row("an escaped backslash", get("/a%5cb"), "The path must not hold an escaped slash or backslash.");
    row("dots", get("/a/%2e./b"), "The path must not hold a segment . or .., escaped or not.");
    row("a cut escape in the query", get("/?x=%4"), "An escape in the address is not % and two hexadecimal digits, or stands for a control byte.");
    row("bytes that are no UTF-8", get("/%ff"), "The path is not UTF-8.");
    row("TLS", hello, "This port speaks HTTP, and the client began with TLS.");
    row("TLS that has the end of a head in it", hello + "a b c\r\n\r\n", "This port speaks HTTP, and the client began with TLS.");
    row("a folded line", "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "A line among the header fields is not a name, a colon and a value.");
    row("no size of a chunk", chunked + "zz\r\n", "The size of a chunk is not well-formed.");
    row("data that is longer than its chunk", chunked + "1\r\nabc\r\n", "The data of a chunk does not end where its size says.");
    row("a long line in chunks", chunked + "5;" + QByteArray(300, 'a'), "A line between the chunks of the body is too long.");
    row("no trailer field", chunked + "0\r\ngarbage\r\n\r\n", "A trailer field of the body is not well-formed.");
}

void TestRequestParser::saysWhatIsMalformed()
{
    QFETCH(QByteArray, request);

    QTEST(reasonOf(request, request.size()), "reason");
}

void TestRequestParser::accepts_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArrayList>("requests");
    const QByteArray host = " HTTP/1.1\r\nHost: x\r\n";
    const auto row = [](const char *name, const QByteArray &bytes, const QByteArrayList &requests) { QTest::newRow(name) << bytes << requests; };

    row("GET", "GET /json" + host + "\r\n", {"GET /json []"});
    row("HTTP/1.0 without Host", "GET /json HTTP/1.0\r\n\r\n", {"GET /json []"});
    row("OPTIONS *", "OPTIONS *" + host + "\r\n", {"OPTIONS * []"});
    row("all methods", "PUT /" + host + "\r\nPATCH /" + host + "\r\nDELETE /" + host + "\r\nHEAD /" + host + "\r\n",
        {"PUT / []", "PATCH / []", "DELETE / []", "HEAD / []"});
    row("an empty line first", "\r\nGET /" + host + "\r\n", {"GET / []"});
    row("an escaped letter", "GET /%61dmin" + host + "\r\n", {"GET /admin []"});
    row("UTF-8 in the path", "GET /%c3%a9" + host + "\r\n", {"GET /\xc3\xa9 []"});
    row("an escaped question mark", "GET /a%3fb?c%2Fd=%20&e" + host + "\r\n", {"GET /a?b?c%2Fd=%20&e []"});
    row("dots that are no segment", "GET /.well-known/a..b/..." + host + "\r\n", {"GET /.well-known/a..b/... []"});
    row("a body", "POST /" + host + "Content-Length: 5\r\n\r\nhello", {"POST / [hello]"});
    row("a body of nothing", "POST /" + host + "Content-Length: 0\r\n\r\n", {"POST / []"});
    row("a length with zeros", "POST /" + host + "Content-Length: 0005\r\n\r\nhello", {"POST / [hello]"});
    row("a body that looks like a request", "POST /" + host + "Content-Length: 14\r\n\r\nGET / HTTP/1.1", {"POST / [GET / HTTP/1.1]"});
    row("chunks", "POST /" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", {"POST / [hello world]"});
    row("chunks in capitals with extension and trailer",
        "POST /" + host + "Transfer-Encoding: Chunked\r\n\r\nA;x=\"y\"\r\n0123456789\r\n000\r\nTrailer: v\r\n\r\n", {"POST / [0123456789]"});
    row("two in one piece", "POST /a" + host + "Content-Length: 2\r\n\r\nhiGET /b" + host + "\r\n", {"POST /a [hi]", "GET /b []"});
    row("one after chunks", "POST /a" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /b" + host + "\r\n", {"POST /a []", "GET /b []"});
    row("a head that is not whole", "GET / HTTP/1.1\r\nHost: x\r\n", {"more"});
    row("a body that is not whole", "POST /" + host + "Content-Length: 5\r\n\r\nhell", {"more"});
    row("bytes beyond ASCII in a value", "GET /" + host + "User-Agent: caf\xc3\xa9\r\n\r\n", {"GET / []"});
    row("an IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", {"GET / []"});
}

void TestRequestParser::accepts()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArrayList, requests);

    QCOMPARE(readAll(bytes, bytes.size()), requests);
}

void TestRequestParser::acceptsInAnyPieces()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArrayList, requests);

    for (const qsizetype piece : {1, 2, 3, 7, 31})
        QCOMPARE(readAll(bytes, piece), requests);
}

void TestRequestParser::keepsHeaderFieldsInOrder()
{
    RequestParser parser(limits);

    QCOMPARE(parser.parse("GET / HTTP/1.1\r\nHost: x\r\nX-Dup: a\r\nB:\t b \t\r\nx-dup:c\r\nEmpty:\r\n\r\n"), Outcome::Complete);
    const HttpRequest request = parser.takeRequest();

    QCOMPARE(request.headers.size(), 5);
    QCOMPARE(request.headers.value("HOST"), QByteArrayView("x"));
    QCOMPARE(request.headers.value("b"), QByteArrayView("b"));
    QCOMPARE(request.headers.values("X-DUP"), (std::vector<QByteArrayView>{"a", "c"}));
    QCOMPARE(request.headers.nameAt(3), QByteArrayView("x-dup"));
    QVERIFY(request.headers.contains("empty"));
    QVERIFY(!request.headers.contains("none"));
}

void TestRequestParser::dropsFieldsOfTheConnection()
{
    RequestParser parser(limits);

    QCOMPARE(
        parser.parse("POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\nTE: trailers\r\n"
                     "Keep-Alive: 5\r\nProxy-Connection: close\r\nTrailer: a\r\nContent-Length: 1\r\n\r\nx"),
        Outcome::Complete);

    QCOMPARE(parser.takeRequest().headers.size(), 1);
    QVERIFY(parser.keepAlive());
}

void TestRequestParser::knowsWhetherTheConnectionStays_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<bool>("stays");

    QTest::newRow("HTTP/1.1 stays") << QByteArray("GET / HTTP/1.1\r\nHost: x\r\n\r\n") << true;
    QTest::newRow("unless it says close") << QByteArray("GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n") << false;
    QTest::newRow("in a list, too") << QByteArray("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo ,close\r\n\r\n") << false;
    QTest::newRow("close beats keep-alive") << QByteArray("GET / HTTP/1.1\r\nHost: x\r\nConnection: close, keep-alive\r\n\r\n") << false;
    QTest::newRow("HTTP/1.0 closes") << QByteArray("GET / HTTP/1.0\r\n\r\n") << false;
    QTest::newRow("unless it says keep-alive") << QByteArray("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") << true;
}

void TestRequestParser::knowsWhetherTheConnectionStays()
{
    QFETCH(QByteArray, request);
    RequestParser parser(limits);

    QCOMPARE(parser.parse(request), Outcome::Complete);

    QTEST(parser.keepAlive(), "stays");
}

void TestRequestParser::readsPipelinedRequestsOneAtATime()
{
    RequestParser parser(limits);

    QCOMPARE(parser.parse("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHo"), Outcome::Complete);
    QCOMPARE(parser.takeRequest().path, QByteArray("/1"));
    parser.keep("st: x\r\n\r\n");

    QCOMPARE(parser.parse(), Outcome::Complete);
    QCOMPARE(parser.takeRequest().path, QByteArray("/2"));
    QCOMPARE(parser.parse(), Outcome::NeedMore);
    QCOMPARE(parser.kept(), 0);
}

void TestRequestParser::expectsAContinueOnlyWhileTheBodyIsMissing()
{
    const QByteArray head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    RequestParser waiting(limits);
    RequestParser sending(limits);

    QCOMPARE(waiting.parse(head), Outcome::NeedMore);
    QCOMPARE(sending.parse(head + "h"), Outcome::NeedMore);

    QVERIFY(waiting.takeExpectation());
    QVERIFY2(!waiting.takeExpectation(), "once");
    QVERIFY2(!sending.takeExpectation(), "this client did not wait");
}

void TestRequestParser::holdsTheBounds_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("outcome");
    const QByteArray ok = "GET / []";
    const auto withHeadOf = [](qsizetype size) {
        const QByteArray start = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
        return start + QByteArray(size - start.size(), 'a') + "\r\n\r\n";
    };
    const auto withFields = [](int count) { return "GET / HTTP/1.1\r\nHost: x\r\n" + QByteArray("A: b\r\n").repeated(count - 1) + "\r\n"; };
    const auto withTarget = [](qsizetype size) { return "GET /?" + QByteArray(size - 2, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"; };

    QTest::newRow("the longest head") << withHeadOf(16384) << ok;
    QTest::newRow("a longer head") << withHeadOf(16385) << QByteArray("refused:header_fields_too_large");
    QTest::newRow("a head without an end") << withHeadOf(20000).chopped(4) << QByteArray("refused:header_fields_too_large");
    QTest::newRow("the most fields") << withFields(64) << ok;
    QTest::newRow("one field more") << withFields(65) << QByteArray("refused:header_fields_too_large");
    QTest::newRow("the longest target") << withTarget(4096) << "GET /?" + QByteArray(4094, 'a') + " []";
    QTest::newRow("a longer target") << withTarget(4097) << QByteArray("refused:uri_too_long");
    QTest::newRow("the largest body") << "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + QByteArray(1048576, 'b')
                                      << "POST / [" + QByteArray(1048576, 'b') + ']';
    QTest::newRow("the largest body in chunks") << "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n"
            + QByteArray(1048576, 'b') + "\r\n0\r\n\r\n"
                                                << "POST / [" + QByteArray(1048576, 'b') + ']';
    QTest::newRow("a larger body in two chunks") << "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n"
            + QByteArray(1048576, 'b')
            + "\r\n1\r\nb\r\n0\r\n\r\n" << QByteArray("refused:content_too_large");
}

void TestRequestParser::holdsTheBounds()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, outcome);

    for (const qsizetype piece : {bytes.size(), qsizetype(1000)}) {
        const QByteArrayList seen = readAll(bytes, piece);
        QCOMPARE(seen.size(), 1);
        QVERIFY2(seen.first() == outcome, seen.first().left(100).constData());
    }
}

void TestRequestParser::staysRefused()
{
    RequestParser parser(limits);

    QCOMPARE(parser.parse("garbage\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"), Outcome::Refused);

    QCOMPARE(parser.parse("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Outcome::Refused);
    QCOMPARE(parser.parse(), Outcome::Refused);
    QCOMPARE(parser.kept(), 0);
}

void TestRequestParser::tellsThePhase()
{
    RequestParser parser(limits);

    QCOMPARE(parser.phase(), RequestParser::Phase::Idle);
    parser.parse("\r\n");
    QVERIFY2(parser.phase() == RequestParser::Phase::Head, "an empty line does not keep a connection idle for ever");
    parser.parse("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n");
    QCOMPARE(parser.phase(), RequestParser::Phase::Body);
    parser.parse("x");
    parser.takeRequest();
    QCOMPARE(parser.phase(), RequestParser::Phase::Idle);
}

AEGIS_TEST(TestRequestParser)
#include "TestRequestParser.moc"
