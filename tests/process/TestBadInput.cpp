#include "tests/process/BadInputServer.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;

/// Messages that are broken: the right refusal with its stable code, nothing stored, and the next request is answered.
class TestBadInput : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server.initTestCase(); }
    void init() { m_server.init(); }
    void refusesABadBody_data();
    void refusesABadBody();
    void refusesABadMessage_data();
    void refusesABadMessage();
    void refusesABadAuthorization_data();
    void refusesABadAuthorization();
    void doesNotWaitForASlowClient();
    void survivesClientsThatGoAway();
    void cleanup() { m_server.cleanup(); }
    void cleanupTestCase() { m_server.cleanupTestCase(); }

private:
    BadInputServer m_server;
};

namespace {

/// Every member with that value instead of its own.
QByteArray withAll(QJsonObject object, const QJsonValue &value)
{
    for (auto member = object.begin(); member != object.end(); ++member)
        member.value() = value;
    return BadInputServer::text(object);
}

/// The first character of the first text replaced by these bytes.
QByteArray inText(QByteArray body, const QByteArray &bytes)
{
    const qsizetype at = body.indexOf(":\"") + 2;
    return body.replace(at, 1, bytes);
}

const char *const json = "Content-Type: application/json\r\n";

} // namespace

void TestBadInput::refusesABadBody_data()
{
    BadInputServer::addColumns();
    for (const EndpointInfo *endpoint : BadInputServer::posts()) {
        const QByteArray path = BadInputServer::pathOf(*endpoint);
        const QJsonObject object = m_server.goodBody(path);
        QVERIFY2(!object.isEmpty(), path.constData()); // this test needs to know a good body of it
        const QByteArray good = BadInputServer::text(object);
        const auto add = [&](const char *name, const QByteArray &body, int status, const char *code) {
            BadInputServer::addRow(path + ": " + name, m_server.message(*endpoint, body), status, code);
        };
        const auto malformed = [&](const char *name, const QByteArray &body) { add(name, body, 400, "malformed_json"); };
        const auto invalid = [&](const char *name, const QByteArray &body) { add(name, body, 422, "validation_failed"); };

        if (!endpoint->bodyIsOptional) {
            malformed("nothing", "");
            invalid("an empty object", "{}");
            invalid("null for each value", withAll(object, QJsonValue()));
        }
        malformed("text", "hello");
        malformed("half of it", good.first(good.size() / 2));
        malformed("an array", '[' + good + ']');
        malformed("a number", "1");
        malformed("null", "null");
        malformed("two of them", good + good);
        malformed("something behind it", good + 'x');
        malformed("a byte order mark", "\xef\xbb\xbf" + good);
        malformed("a byte order mark before a value", inText(good, "\xef\xbb\xbf"));
        malformed("a byte order mark before a name", good.chopped(1) + ",\"\xef\xbb\xbf" + good.mid(2));
        malformed("a comment", "/* */" + good);
        malformed("single quotes", QByteArray(good).replace('"', '\''));
        malformed("a comma too many", good.chopped(1) + ",}");
        malformed("7,000 arrays", QByteArray(7'000, '[') + QByteArray(7'000, ']')); // a body may have 16 KiB
        malformed("2,000 objects", QByteArray("{\"a\":").repeated(2'000) + '1' + QByteArray(2'000, '}'));
        malformed("5,000 arrays in a value", good.chopped(1) + ",\"x\":" + QByteArray(5'000, '[') + QByteArray(5'000, ']') + '}');
        malformed("a key twice", good.chopped(1) + ',' + good.mid(1));
        malformed("no UTF-8", inText(good, "\xff\xfe"));
        malformed("UTF-8 that is longer than need be", inText(good, "\xc0\xaf"));
        malformed("a surrogate in UTF-8", inText(good, "\xed\xa0\x80"));
        malformed("half a surrogate pair", inText(good, "\\ud800"));
        malformed("the wrong half first", inText(good, "\\udc00\\ud800"));
        malformed("NUL", inText(good, QByteArray(1, '\0')));
        malformed("an escaped NUL", inText(good, "\\u0000"));
        malformed("a line break that would inject a field", inText(good, "\\r\\nX-Evil: 1\\r\\n"));
        malformed("an escape that is none", inText(good, "\\x41"));
        malformed("a number beyond all numbers", good.chopped(1) + ",\"x\":1e999999}");
        malformed("a number without end", good.chopped(1) + ",\"x\":" + QByteArray(10'000, '9') + '}');
        invalid("an unknown field", good.chopped(1) + ",\"isAdmin\":true}");
        invalid("a field of a prototype", good.chopped(1) + ",\"__proto__\":{\"isAdmin\":true}}");
        invalid("a number for each value", withAll(object, 1));
        invalid("true for each value", withAll(object, true));
        invalid("an array for each value", withAll(object, QJsonArray{QStringLiteral("a")}));
        invalid("an object for each value", withAll(object, QJsonObject{{QStringLiteral("$ne"), QString()}}));
        invalid("empty values", withAll(object, QString()));
        invalid("values of 15,000 characters together", withAll(object, QString(15'000 / object.size(), QLatin1Char('a'))));
        invalid("a value of 15,000 characters", BadInputServer::text({{object.begin().key(), QString(15'000, QLatin1Char('a'))}}));
    }
}

void TestBadInput::refusesABadBody()
{
    m_server.checkRow();
}

void TestBadInput::refusesABadMessage_data()
{
    BadInputServer::addColumns();
    for (const EndpointInfo *endpoint : BadInputServer::posts()) {
        const QByteArray good = BadInputServer::text(m_server.goodBody(BadInputServer::pathOf(*endpoint)));
        const QByteArray length = "Content-Length: " + QByteArray::number(good.size()) + "\r\n";
        const auto add = [&](const QByteArray &name, const QByteArray &bytes, int status, const char *code, bool closes = true) {
            BadInputServer::addRow(BadInputServer::pathOf(*endpoint) + ": " + name, bytes, status, code, closes);
        };
        const auto media = [&](const char *name, const QByteArray &fields) {
            add(name, m_server.message(*endpoint, good, fields), 415, "unsupported_media_type", false);
        };
        const auto malformed = [&](const char *name, const QByteArray &bytes) { add(name, bytes, 400, "malformed_request"); };
        const QByteArray chunked = m_server.head(*endpoint, QByteArray(json) + "Transfer-Encoding: chunked\r\n");

        media("no content type", {});
        media("text", "Content-Type: text/plain\r\n");
        media("a form", "Content-Type: application/x-www-form-urlencoded\r\n");
        media("another encoding", "Content-Type: application/json; charset=utf-16\r\n");
        media("compressed", QByteArray(json) + "Content-Encoding: gzip\r\n");
        malformed("two content types", m_server.message(*endpoint, good, QByteArray(json) + json));
        malformed("two lengths", m_server.head(*endpoint, json + length + length) + good);
        malformed("two different lengths", m_server.head(*endpoint, json + length + "Content-Length: 3\r\n") + good);
        malformed("a negative length", m_server.head(*endpoint, QByteArray(json) + "Content-Length: -1\r\n"));
        malformed("a length in hex", m_server.head(*endpoint, QByteArray(json) + "Content-Length: 0x10\r\n") + good);
        malformed("a length and chunks", m_server.head(*endpoint, json + length + "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n");
        malformed("a chunk without a size", chunked + "zz\r\n");
        malformed("a chunk of a negative size", chunked + "-1\r\n");
        malformed("a chunk that is longer than its size", chunked + "2\r\n{}XX0\r\n\r\n");
        malformed("a field with a line break in it", m_server.head(*endpoint, "X-Name: a\r\n b\r\n" + length + json) + good);
        malformed("a field with NUL in it", m_server.head(*endpoint, "X-Name: a" + QByteArray(1, '\0') + "\r\n" + length + json) + good);
        malformed("a space before the colon", m_server.head(*endpoint, "X-Name : a\r\n" + length + json) + good);
        add("a body that is too large", m_server.message(*endpoint, QByteArray(16 * 1024 + 1, ' ')), 413, "content_too_large");
        add("a chunk that is too large", chunked + "ffffffff\r\n", 413, "content_too_large");
        add("a head that is too large", m_server.head(*endpoint, "X-Name: " + QByteArray(20'000, 'a') + "\r\n"), 431, "header_fields_too_large");
        add("too many fields", m_server.head(*endpoint, QByteArray("X-Name: a\r\n").repeated(100)), 431, "header_fields_too_large");
        add("another coding", m_server.head(*endpoint, QByteArray(json) + "Transfer-Encoding: gzip, chunked\r\n"), 501, "not_implemented");
        add("an expectation", m_server.message(*endpoint, good, QByteArray(json) + "Expect: wonders\r\n"), 417, "expectation_failed");
        if (endpoint->takesIdempotencyKey) {
            for (const QByteArray &key : {QByteArray("short"), QByteArray(129, 'k'), QByteArray("\xc3\xa9 is no visible ASCII"), QByteArray()}) {
                add("a bad idempotency key " + key.left(8), m_server.message(*endpoint, good, json + ("Idempotency-Key: " + key) + "\r\n"), 400,
                    "idempotency_key_invalid", false);
            }
        }
    }
}

void TestBadInput::refusesABadMessage()
{
    refusesABadBody();
}

void TestBadInput::refusesABadAuthorization_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<bool>("closes");
    const auto add = [](const char *name, const QByteArray &fields, int status, const char *code, bool closes = false) {
        QTest::newRow(name) << fields << status << QByteArray(code) << closes;
    };
    const QByteArray bearer = "Authorization: Bearer ";
    add("none", {}, 401, "unauthenticated");
    add("an empty one", "Authorization:\r\n", 401, "unauthenticated");
    add("of another kind", "Authorization: Basic YTpi\r\n", 401, "unauthenticated");
    add("no token", "Authorization: Bearer\r\n", 401, "unauthenticated");
    add("a word", bearer + "x\r\n", 401, "invalid_token");
    add("only dots", bearer + QByteArray(10'000, '.') + "\r\n", 401, "invalid_token");
    add("15,000 characters", bearer + QByteArray(15'000, 'a') + "\r\n", 401, "invalid_token");
    add("20,000 characters", bearer + QByteArray(20'000, 'a') + "\r\n", 431, "header_fields_too_large", true);
    add("not ASCII", bearer + "\xc3\xa9.\xff.\xfe\r\n", 401, "invalid_token");
    add("NUL", bearer + QByteArray("a\0b", 3) + "\r\n", 400, "malformed_request", true);
    add("of no algorithm", bearer + "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.\r\n", 401, "invalid_token");
    add("a refresh token", bearer + m_server.refreshToken() + "\r\n", 401, "invalid_token");
    add("cut off", bearer + m_server.accessToken().chopped(1) + "\r\n", 401, "invalid_token");
    add("two", bearer + m_server.accessToken() + "\r\n" + bearer + m_server.accessToken() + "\r\n", 400, "malformed_request", true);
}

void TestBadInput::refusesABadAuthorization()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const int, status);
    QFETCH(const QByteArray, code);
    QFETCH(const bool, closes);

    for (const EndpointInfo *endpoint : endpoints::All::infos) {
        if (!endpoint->access.needsToken())
            continue;
        const std::string_view name = methodName(endpoint->method);
        const QByteArray method(name.data(), qsizetype(name.size()));
        m_server.check(method + ' ' + BadInputServer::pathOf(*endpoint) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" + fields + "\r\n",
                       status, code, closes);
        if (QTest::currentTestFailed())
            return;
    }
}

void TestBadInput::doesNotWaitForASlowClient()
{
    std::vector<std::unique_ptr<WireClient>> slow;
    for (const EndpointInfo *endpoint : BadInputServer::posts()) {
        const QByteArray whole = m_server.message(*endpoint, BadInputServer::text(m_server.goodBody(BadInputServer::pathOf(*endpoint))));
        for (const qsizetype part : {qsizetype(20), whole.size() - 1}) {
            slow.push_back(std::make_unique<WireClient>(m_server.port()));
            QVERIFY(slow.back()->send(whole.first(part)));
        }
    }
    QCOMPARE(ApiClient(m_server.port()).get("/health/live").status, 200); // nobody else waits for them

    for (const auto &client : slow) {
        const WireReply reply = client->reply();
        QCOMPARE(reply.status, 408);
        QCOMPARE(reply.problemCode(), QByteArray("request_timeout"));
        QVERIFY(client->hasEnded());
    }
}

void TestBadInput::survivesClientsThatGoAway()
{
    for (const EndpointInfo *endpoint : BadInputServer::posts()) {
        const QByteArray path = BadInputServer::pathOf(*endpoint);
        QJsonObject body = m_server.goodBody(path);
        if (path == "/auth/signup" || path == "/auth/register" || path == "/auth/login")
            body.insert(QStringLiteral("password"), QStringLiteral("x")); // refused, so that nothing is stored
        if (path == "/auth/login")
            body.insert(QStringLiteral("email"), 1);
        if (path == "/auth/reauthenticate")
            body.insert(QStringLiteral("password"), 1);
        if (path == "/auth/refresh")
            body.insert(QStringLiteral("refreshToken"), QStringLiteral("x"));
        if (path == "/auth/logout")
            body.insert(QStringLiteral("refreshToken"), 1);
        if (path == "/auth/email/resend" || path == "/auth/password/forgot")
            body.insert(QStringLiteral("email"), 1);
        if (path == "/auth/password/change")
            body.insert(QStringLiteral("currentPassword"), 1);
        if (path == "/admin/organizations")
            body.insert(QStringLiteral("slug"), 1);
        const QByteArray whole = m_server.message(*endpoint, BadInputServer::text(body));
        for (int i = 0; i < 20; ++i) {
            WireClient client(m_server.port());
            QVERIFY(client.send(i % 3 == 0 ? whole.first(whole.size() / 2) : whole));
            client.close(i % 2 == 0);
        }
    }

    QTRY_COMPARE(ApiClient(m_server.port()).get("/health/ready").text("status"), QByteArray("ok"));
}

AEGIS_TEST(TestBadInput)
#include "TestBadInput.moc"
