#include "tests/server/http/PipelineHarness.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

using namespace aegis;
using test::PipelineHarness;

namespace {

const QByteArray goodLogin = R"({"email":"ada@example.com","password":"secret"})";
const http::HeaderList jsonHeaders{{"Content-Type", "application/json"}};
const http::HeaderList bearerHeaders{{"Authorization", "Bearer good-token"}};

QJsonObject documentOf(const http::HttpReply &reply)
{
    return QJsonDocument::fromJson(reply.body).object();
}

QString codeOf(const http::HttpReply &reply)
{
    return documentOf(reply).value(QLatin1String("code")).toString();
}

} // namespace

class TestPipeline : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyEndpointThatNeedsATokenRefusesWithoutOne();
    void everyPublicEndpointAsksForNoToken();
    void refusesWrongCredentials_data();
    void refusesWrongCredentials();
    void tellsTheHandlerWhoAsks();
    void cleansTheUserAgent();
    void asksTheFastWayFirst();
    void answersWhereThereIsNoEndpoint_data();
    void answersWhereThereIsNoEndpoint();
    void looksAtTheBody_data();
    void looksAtTheBody();
    void authenticatesBeforeItDecodes();
    void takesOrMakesTheCorrelationId_data();
    void takesOrMakesTheCorrelationId();
    void startRefusesEndpointsWithoutAHandler();
    void startRefusesWrongOptions();
};

void TestPipeline::everyEndpointThatNeedsATokenRefusesWithoutOne()
{
    PipelineHarness harness;
    int checked = 0;
    for (const EndpointInfo *info : endpoints::All::infos) {
        if (!info->access.needsToken())
            continue;
        const std::string_view method = methodName(info->method);
        const std::string_view path = *info->path;
        for (const QByteArray &prefix : {QByteArray(), QByteArray("/v1")}) {
            const auto reply = harness.ask(PipelineHarness::request(QByteArray(method.data(), qsizetype(method.size())),
                                                                    prefix + QByteArray(path.data(), qsizetype(path.size()))));

            QCOMPARE(reply.status, 401);
            QCOMPARE(codeOf(reply), QStringLiteral("unauthenticated"));
            QCOMPARE(PipelineHarness::header(reply, "WWW-Authenticate"), QByteArray(R"(Bearer realm="aegis")"));
            ++checked;
        }
    }
    QVERIFY(!harness.seen);
    QVERIFY(checked >= 6);
}

void TestPipeline::everyPublicEndpointAsksForNoToken()
{
    PipelineHarness harness;
    for (const EndpointInfo *info : endpoints::All::infos) {
        const std::string_view path = *info->path;
        if (info->access.needsToken() || *info->method != Method::Get)
            continue;

        const auto reply = harness.ask(PipelineHarness::request("GET", QByteArray(path.data(), qsizetype(path.size()))));

        QVERIFY2(reply.status == 200 || reply.status == 503, path.data());
    }
    QCOMPARE(harness.authenticator.asked, 0);
}

void TestPipeline::refusesWrongCredentials_data()
{
    QTest::addColumn<QByteArrayList>("authorization");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("code");
    QTest::newRow("wrong token") << QByteArrayList{"Bearer bad-token"} << 401 << QStringLiteral("invalid_token");
    QTest::newRow("scheme in lower case is fine") << QByteArrayList{"bearer good-token"} << 204 << QString();
    QTest::newRow("no token") << QByteArrayList{"Bearer "} << 401 << QStringLiteral("invalid_token");
    QTest::newRow("scheme alone") << QByteArrayList{"Bearer"} << 401 << QStringLiteral("unauthenticated");
    QTest::newRow("two tokens") << QByteArrayList{"Bearer good-token good-token"} << 401 << QStringLiteral("invalid_token");
    QTest::newRow("strange characters") << QByteArrayList{"Bearer good\"token"} << 401 << QStringLiteral("invalid_token");
    QTest::newRow("another scheme") << QByteArrayList{"Basic Z29vZC10b2tlbg=="} << 401 << QStringLiteral("unauthenticated");
    QTest::newRow("no scheme") << QByteArrayList{"good-token"} << 401 << QStringLiteral("unauthenticated");
    QTest::newRow("twice") << QByteArrayList{"Bearer good-token", "Bearer good-token"} << 400 << QStringLiteral("malformed_request");
}

void TestPipeline::refusesWrongCredentials()
{
    QFETCH(QByteArrayList, authorization);
    QFETCH(int, status);
    QFETCH(QString, code);
    PipelineHarness harness;
    http::HeaderList headers;
    for (const QByteArray &value : authorization)
        headers.emplace_back("Authorization", value);

    const auto reply = harness.ask(PipelineHarness::request("GET", "/auth/verify", headers));

    QCOMPARE(reply.status, status);
    QCOMPARE(codeOf(reply), code);
    QCOMPARE(harness.seen.has_value(), status == 204);
    if (code == QStringLiteral("invalid_token"))
        QCOMPARE(PipelineHarness::header(reply, "WWW-Authenticate"), QByteArray(R"(Bearer realm="aegis", error="invalid_token")"));
}

void TestPipeline::tellsTheHandlerWhoAsks()
{
    PipelineHarness harness;
    const auto &principal = harness.authenticator.principal;
    http::HeaderList headers = bearerHeaders;
    headers.emplace_back("Accept-Language", QByteArray(300, 'd'));
    headers.emplace_back("User-Agent", QByteArray("curl/8 \xf0\x9f\x98\x80").append(QByteArray(2000, 'x')));

    const auto reply = harness.ask(PipelineHarness::request("HEAD", "/auth/verify", headers));

    QCOMPARE(reply.status, 204);
    QVERIFY(reply.body.isEmpty());
    QVERIFY(harness.seen);
    QCOMPARE(harness.seen->actor.user, principal.actor.user);
    QCOMPARE(harness.seen->actor.session, principal.actor.session);
    QCOMPARE(harness.seen->tenant.organization, principal.tenant.organization);
    QCOMPARE(harness.seen->authority, Authority());
    QCOMPARE(harness.authorizer.asked, 0);
    QCOMPARE(harness.seen->client.address, QHostAddress(QStringLiteral("198.51.100.9")));
    QVERIFY(harness.seen->client.userAgent.startsWith(QStringLiteral("curl/8")));
    QCOMPARE(harness.seen->client.userAgent.size(), 512);
    QCOMPARE(harness.seen->client.languages, QByteArray(256, 'd'));
    QCOMPARE(harness.seen->now, fromUnixSeconds(1'800'000'000));
    QVERIFY(!harness.seen->idempotency);
}

/// It is stored, and shown to whoever looks after sessions and events.
void TestPipeline::cleansTheUserAgent()
{
    PipelineHarness harness;
    const QByteArray sent = "Gr\xc3\xb6\xc3\x9f"
                            "e \xc2\x9b"
                            "31m \xe2\x80\xae"
                            "tset";

    harness.ask(PipelineHarness::request("GET", "/health/live", {{"User-Agent", sent}}));

    QVERIFY(harness.seen);
    QCOMPARE(harness.seen->client.userAgent, QStringLiteral(u"Gr\u00F6\u00DFe \uFFFD31m \uFFFDtset"));
}

void TestPipeline::asksTheFastWayFirst()
{
    PipelineHarness harness;
    harness.authenticator.answersAtOnce = true;

    QCOMPARE(harness.ask(PipelineHarness::request("GET", "/auth/verify", bearerHeaders)).status, 204);
    QCOMPARE(harness.authenticator.asked, 0);
    QCOMPARE(harness.ask(PipelineHarness::request("GET", "/auth/verify", {{"Authorization", "Bearer other"}})).status, 401);
    QCOMPARE(harness.authenticator.asked, 1);
}

void TestPipeline::answersWhereThereIsNoEndpoint_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("allow");
    QTest::newRow("nothing there") << QByteArray("GET") << QByteArray("/nothing") << 404 << QByteArray();
    QTest::newRow("wrong method") << QByteArray("GET") << QByteArray("/auth/login") << 405 << QByteArray("POST, OPTIONS");
    QTest::newRow("OPTIONS") << QByteArray("OPTIONS") << QByteArray("/auth/login") << 204 << QByteArray("POST, OPTIONS");
    QTest::newRow("OPTIONS where a token is needed")
        << QByteArray("OPTIONS") << QByteArray("/auth/verify") << 401 << QByteArray("GET, HEAD, OPTIONS");
    QTest::newRow("OPTIONS of the server") << QByteArray("OPTIONS") << QByteArray("*") << 204
                                           << QByteArray("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    QTest::newRow("OPTIONS of nothing") << QByteArray("OPTIONS") << QByteArray("/nothing") << 404 << QByteArray();
}

void TestPipeline::answersWhereThereIsNoEndpoint()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(int, status);
    QFETCH(QByteArray, allow);
    PipelineHarness harness;

    const auto reply = harness.ask(PipelineHarness::request(method, path));

    QCOMPARE(reply.status, status);
    QCOMPARE(PipelineHarness::header(reply, "Allow"), allow);
    QVERIFY(!PipelineHarness::header(reply, "X-Correlation-ID").isEmpty());
    QVERIFY(!harness.seen);
}

void TestPipeline::looksAtTheBody_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("contentType");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("code");
    const auto row = [](const char *name, const QByteArray &method, const QByteArray &path, const QByteArray &type, const QByteArray &body,
                        int status,
                        const char *code) { QTest::newRow(name) << method << path << type << body << status << QString::fromLatin1(code); };
    row("plain", "POST", "/auth/login", "application/json", goodLogin, 200, "");
    row("charset", "POST", "/auth/login", "Application/JSON; Charset=UTF-8", goodLogin, 200, "");
    row("quoted charset", "POST", "/auth/login", "application/json;charset=\"utf-8\"", goodLogin, 200, "");
    row("another charset", "POST", "/auth/login", "application/json; charset=latin1", goodLogin, 415, "unsupported_media_type");
    row("two parameters", "POST", "/auth/login", "application/json; charset=utf-8; x=y", goodLogin, 415, "unsupported_media_type");
    row("form", "POST", "/auth/login", "application/x-www-form-urlencoded", goodLogin, 415, "unsupported_media_type");
    row("text, as a form of another site could send", "POST", "/auth/login", "text/plain", goodLogin, 415, "unsupported_media_type");
    row("no type", "POST", "/auth/login", "", goodLogin, 415, "unsupported_media_type");
    row("a type that only begins so", "POST", "/auth/login", "application/jsonx", goodLogin, 415, "unsupported_media_type");
    row("no body", "POST", "/auth/login", "application/json", "", 400, "malformed_json");
    row("no JSON", "POST", "/auth/login", "application/json", "{", 400, "malformed_json");
    row("deep", "POST", "/auth/login", "application/json", QByteArray(10'000, '['), 400, "malformed_json");
    row("missing fields", "POST", "/auth/login", "application/json", "{}", 422, "validation_failed");
    row("unknown field", "POST", "/auth/login", "application/json", R"({"email":"a","password":"b","admin":true})", 422, "validation_failed");
    row("a body for GET", "GET", "/health/live", "application/json", "{}", 400, "malformed_request");
}

void TestPipeline::looksAtTheBody()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, contentType);
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    QFETCH(QString, code);
    PipelineHarness harness;
    const http::HeaderList headers = contentType.isEmpty() ? http::HeaderList{} : http::HeaderList{{"Content-Type", contentType}};

    const auto reply = harness.ask(PipelineHarness::request(method, path, headers, body));

    QCOMPARE(reply.status, status);
    QCOMPARE(codeOf(reply), code);
    QCOMPARE(harness.seen.has_value(), status == 200);
}

void TestPipeline::authenticatesBeforeItDecodes()
{
    PipelineHarness harness;

    const auto stranger = harness.ask(PipelineHarness::request("POST", "/auth/logout", jsonHeaders, "{"));
    const auto known = harness.ask(PipelineHarness::request("POST", "/auth/logout", {jsonHeaders.front(), bearerHeaders.front()}, "{"));
    const auto withoutBody = harness.ask(PipelineHarness::request("POST", "/auth/logout", bearerHeaders));

    QCOMPARE(stranger.status, 401);
    QCOMPARE(known.status, 400);
    QCOMPARE(withoutBody.status, 204);
}

void TestPipeline::takesOrMakesTheCorrelationId_data()
{
    QTest::addColumn<QByteArrayList>("given");
    QTest::addColumn<bool>("taken");
    const QByteArray good = "0193a0f0-7c00-7abc-8def-0123456789ab";
    QTest::newRow("none") << QByteArrayList{} << false;
    QTest::newRow("a UUID") << QByteArrayList{good} << true;
    QTest::newRow("a UUID in upper case") << QByteArrayList{good.toUpper()} << true;
    QTest::newRow("two of them") << QByteArrayList{good, good} << false;
    QTest::newRow("no UUID") << QByteArrayList{"abc"} << false;
    QTest::newRow("nil") << QByteArrayList{"00000000-0000-0000-0000-000000000000"} << false;
    QTest::newRow("a line break into the log") << QByteArrayList{"abc\nINFO forged"} << false;
    QTest::newRow("a UUID and more") << QByteArrayList{good + "x"} << false;
}

void TestPipeline::takesOrMakesTheCorrelationId()
{
    QFETCH(QByteArrayList, given);
    QFETCH(bool, taken);
    PipelineHarness harness;
    http::HeaderList headers;
    for (const QByteArray &value : given)
        headers.emplace_back("X-Correlation-ID", value);

    for (const QByteArray &path : {QByteArray("/health/live"), QByteArray("/nothing")}) {
        const auto reply = harness.ask(PipelineHarness::request("GET", path, headers));

        const auto answered = CorrelationId::parse(PipelineHarness::header(reply, "X-Correlation-ID"));
        QVERIFY(answered);
        QCOMPARE(!given.isEmpty() && answered->text() == given.front().toLower(), taken);
        if (!taken)
            QVERIFY2(uuid7Time(answered->uuid()), "it carries its time");
        if (reply.status == 404)
            QCOMPARE(documentOf(reply).value(QLatin1String("correlationId")).toString().toLatin1(), answered->text());
        else
            QCOMPARE(harness.seen->correlationId, *answered);
    }
}

void TestPipeline::startRefusesEndpointsWithoutAHandler()
{
    http::Api empty;
    test::OneTokenAuthenticator authenticator;

    const auto made = http::Pipeline::make({}, empty, authenticator);

    QVERIFY(!made.ok());
    QVERIFY(made.problem().internal.contains(QStringLiteral("signup, register, emailVerify")));
    QCOMPARE(empty.missing().size(), qsizetype(endpoints::All::size));
}

void TestPipeline::startRefusesWrongOptions()
{
    PipelineHarness harness;

    const auto wildcard = http::Pipeline::make({.corsOrigins = {"*"}, .trustedProxies = {}, .fingerprintKey = {}, .observers = {}}, harness.api,
                                               harness.authenticator);
    const auto noProxy = http::Pipeline::make(
        {.corsOrigins = {}, .trustedProxies = {QStringLiteral("proxy.local")}, .fingerprintKey = {}, .observers = {}}, harness.api,
        harness.authenticator);

    QVERIFY(!wildcard.ok());
    QVERIFY(wildcard.problem().internal.contains(QLatin1Char('*')));
    QVERIFY(!noProxy.ok());
    QVERIFY(noProxy.problem().internal.contains(QStringLiteral("proxy.local")));
}

AEGIS_TEST(TestPipeline)
#include "TestPipeline.moc"
