#include "server/crypto/Digest.h"
#include "server/http/ProblemDocument.h"
#include "tests/server/http/PipelineHarness.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

using namespace aegis;
using test::PipelineHarness;

class TestHeaders : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyAnswerIsCareful_data();
    void everyAnswerIsCareful();
    void hstsOnlyWhereTheConnectionIsEncrypted();
    void corsAllowsTheListedOriginsOnly_data();
    void corsAllowsTheListedOriginsOnly();
    void preflightNeedsNoToken();
    void withoutOriginsThereIsNoCors();
    void corsRefusesWhatIsNoOrigin_data();
    void corsRefusesWhatIsNoOrigin();
    void problemDocumentsAreComplete();
    void idempotencyKeyIsChecked_data();
    void idempotencyKeyIsChecked();
    void fingerprintFollowsBodyAndOperation();
    void fingerprintIsTheSameUnderV1();
};

void TestHeaders::everyAnswerIsCareful_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("success") << QByteArray("GET") << QByteArray("/health/live");
    QTest::newRow("nothing there") << QByteArray("GET") << QByteArray("/nothing");
    QTest::newRow("no token") << QByteArray("GET") << QByteArray("/auth/me");
    QTest::newRow("OPTIONS") << QByteArray("OPTIONS") << QByteArray("/auth/me");
}

void TestHeaders::everyAnswerIsCareful()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    PipelineHarness harness;
    const http::HeaderList expected{
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        {"Cache-Control", "no-store"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Embedder-Policy", "require-corp"},
        {"X-DNS-Prefetch-Control", "off"},
        {"X-Permitted-Cross-Domain-Policies", "none"},
    };

    const auto reply = harness.ask(PipelineHarness::request(method, path));

    for (const auto &[name, value] : expected)
        QCOMPARE(name + ": " + PipelineHarness::header(reply, name), name + ": " + value);
    QVERIFY(!PipelineHarness::header(reply, "Permissions-Policy").isEmpty());
    QVERIFY(PipelineHarness::header(reply, "Strict-Transport-Security").isNull());
}

void TestHeaders::hstsOnlyWhereTheConnectionIsEncrypted()
{
    PipelineHarness harness;
    http::HttpRequest encrypted = PipelineHarness::request("GET", "/health/live");
    encrypted.tls = true;

    QVERIFY(PipelineHarness::header(harness.ask(encrypted), "Strict-Transport-Security").contains("max-age=31536000"));

    PipelineHarness without({.corsOrigins = {}, .trustedProxies = {}, .hsts = false, .fingerprintKey = {}, .observers = {}});
    QVERIFY(PipelineHarness::header(without.ask(encrypted), "Strict-Transport-Security").isNull());
}

void TestHeaders::corsAllowsTheListedOriginsOnly_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("listed") << QByteArray("https://app.example.com") << true;
    QTest::newRow("listed with a port") << QByteArray("http://localhost:5173") << true;
    QTest::newRow("another scheme") << QByteArray("http://app.example.com") << false;
    QTest::newRow("another port") << QByteArray("https://app.example.com:8443") << false;
    QTest::newRow("a subdomain") << QByteArray("https://evil.app.example.com") << false;
    QTest::newRow("a longer name") << QByteArray("https://app.example.com.evil.test") << false;
    QTest::newRow("upper case") << QByteArray("https://APP.example.com") << false;
    QTest::newRow("null") << QByteArray("null") << false;
    QTest::newRow("none") << QByteArray() << false;
}

void TestHeaders::corsAllowsTheListedOriginsOnly()
{
    QFETCH(QByteArray, origin);
    QFETCH(bool, allowed);
    PipelineHarness harness(
        {.corsOrigins = {"https://app.example.com", "http://localhost:5173"}, .trustedProxies = {}, .fingerprintKey = {}, .observers = {}});
    const http::HeaderList headers = origin.isNull() ? http::HeaderList{} : http::HeaderList{{"Origin", origin}};

    for (const QByteArray &path : {QByteArray("/health/live"), QByteArray("/auth/me")}) { // a refusal must be readable too
        const auto reply = harness.ask(PipelineHarness::request("GET", path, headers));

        QCOMPARE(PipelineHarness::header(reply, "Vary"), QByteArray("Origin"));
        QCOMPARE(PipelineHarness::header(reply, "Access-Control-Allow-Origin"), allowed ? origin : QByteArray());
        for (const char *field : {"X-Correlation-ID", "Retry-After", "Idempotency-Replayed"})
            QCOMPARE(PipelineHarness::header(reply, "Access-Control-Expose-Headers").contains(field), allowed);
    }
}

void TestHeaders::preflightNeedsNoToken()
{
    PipelineHarness harness({.corsOrigins = {"https://app.example.com"}, .trustedProxies = {}, .fingerprintKey = {}, .observers = {}});

    const auto allowed = harness.ask(
        PipelineHarness::request("OPTIONS", "/auth/me", {{"Origin", "https://app.example.com"}, {"Access-Control-Request-Method", "GET"}}));
    const auto refused = harness.ask(
        PipelineHarness::request("OPTIONS", "/auth/me", {{"Origin", "https://evil.test"}, {"Access-Control-Request-Method", "GET"}}));

    QCOMPARE(allowed.status, 204);
    QCOMPARE(PipelineHarness::header(allowed, "Access-Control-Allow-Origin"), QByteArray("https://app.example.com"));
    QCOMPARE(PipelineHarness::header(allowed, "Access-Control-Allow-Methods"), QByteArray("GET, HEAD, OPTIONS"));
    QVERIFY(PipelineHarness::header(allowed, "Access-Control-Allow-Headers").contains("Authorization"));
    QCOMPARE(refused.status, 401); // a proxy that asks here must not hear "yes"
    QVERIFY(PipelineHarness::header(refused, "Access-Control-Allow-Origin").isNull());
    QVERIFY(PipelineHarness::header(refused, "Access-Control-Allow-Methods").isNull());
    QVERIFY(!harness.seen);
}

void TestHeaders::withoutOriginsThereIsNoCors()
{
    PipelineHarness harness;

    const auto reply = harness.ask(PipelineHarness::request("GET", "/health/live", {{"Origin", "https://app.example.com"}}));

    QVERIFY(PipelineHarness::header(reply, "Access-Control-Allow-Origin").isNull());
    QVERIFY(PipelineHarness::header(reply, "Vary").isNull());
}

void TestHeaders::corsRefusesWhatIsNoOrigin_data()
{
    QTest::addColumn<QByteArray>("origin");
    for (const char *origin :
         {"*", "null", "app.example.com", "https://", "https://app.example.com/", "https://APP.example.com", "ftp://a", "https://a,https://b"})
        QTest::newRow(origin) << QByteArray(origin);
}

void TestHeaders::corsRefusesWhatIsNoOrigin()
{
    QFETCH(QByteArray, origin);

    PipelineHarness harness({.corsOrigins = {origin}, .trustedProxies = {}, .fingerprintKey = {}, .observers = {}});

    QVERIFY(!harness.pipeline);
}

void TestHeaders::problemDocumentsAreComplete()
{
    const CorrelationId id = CorrelationId::make(fromUnixSeconds(1));
    for (const ProblemInfo &info : problemCatalogue()) {
        const auto reply = http::renderProblem(Problem(info.code)
                                                   .withField({QStringLiteral("email"), FieldCode::Format, QStringLiteral("Wrong.")})
                                                   .withInternal(QStringLiteral("hidden")),
                                               id);

        QJsonParseError error;
        const QJsonObject document = QJsonDocument::fromJson(reply.body, &error).object();
        QCOMPARE(error.error, QJsonParseError::NoError);
        QCOMPARE(reply.status, info.status);
        QCOMPARE(document.value(QLatin1String("status")).toInt(), info.status);
        QCOMPARE(document.value(QLatin1String("code")).toString(), QString(info.name));
        QCOMPARE(document.value(QLatin1String("type")).toString(), QStringLiteral("urn:aegis:problem:") + info.name);
        QCOMPARE(document.value(QLatin1String("title")).toString(), QString(info.title));
        QCOMPARE(document.value(QLatin1String("correlationId")).toString().toLatin1(), id.text());
        QCOMPARE(document.value(QLatin1String("errors"))[0][QLatin1String("field")].toString(), QStringLiteral("email"));
        QVERIFY(!reply.body.contains("hidden"));
        QCOMPARE(PipelineHarness::header(reply, "WWW-Authenticate").isNull(), info.status != 401 && info.code != ProblemCode::Forbidden);
        QCOMPARE(PipelineHarness::header(reply, "Retry-After").isNull(), info.status != 503);
    }
}

void TestHeaders::idempotencyKeyIsChecked_data()
{
    QTest::addColumn<QByteArrayList>("keys");
    QTest::addColumn<bool>("good");
    QTest::newRow("none") << QByteArrayList{} << true;
    QTest::newRow("16 characters") << QByteArrayList{QByteArray(16, 'k')} << true;
    QTest::newRow("128 characters") << QByteArrayList{QByteArray(128, '~')} << true;
    QTest::newRow("15 characters") << QByteArrayList{QByteArray(15, 'k')} << false;
    QTest::newRow("129 characters") << QByteArrayList{QByteArray(129, 'k')} << false;
    QTest::newRow("empty") << QByteArrayList{QByteArray("")} << false;
    QTest::newRow("a blank inside") << QByteArrayList{"0123456789 0123456789"} << false;
    QTest::newRow("beyond ASCII") << QByteArrayList{QByteArray(16, '\xe9')} << false;
    QTest::newRow("two of them") << QByteArrayList{QByteArray(16, 'k'), QByteArray(16, 'k')} << false;
}

static const QByteArray registration = R"({"email":"a@example.com","password":"Correct-Horse-42"})";

static http::HttpRequest registrationWith(const QByteArrayList &keys, const QByteArray &body = registration)
{
    http::HeaderList headers{{"Content-Type", "application/json"}};
    for (const QByteArray &key : keys)
        headers.emplace_back("Idempotency-Key", key);
    return PipelineHarness::request("POST", "/auth/register", headers, body);
}

void TestHeaders::idempotencyKeyIsChecked()
{
    QFETCH(QByteArrayList, keys);
    QFETCH(bool, good);
    PipelineHarness harness;

    const auto reply = harness.ask(registrationWith(keys));

    QCOMPARE(reply.status, good ? 201 : 400);
    QCOMPARE(harness.seen.has_value(), good);
    if (!good)
        QVERIFY(reply.body.contains(R"("code":"idempotency_key_invalid")"));
    else
        QCOMPARE(harness.seen->idempotency.has_value(), !keys.isEmpty());
}

void TestHeaders::fingerprintFollowsBodyAndOperation()
{
    PipelineHarness harness;
    const QByteArray key(20, 'k');
    const auto ask = [&](const QByteArray &body) {
        harness.ask(registrationWith({key}, body));
        return harness.seen->idempotency.value();
    };

    const IdempotencyKey first = ask(registration);
    const IdempotencyKey again = ask(registration);
    const IdempotencyKey other = ask(QByteArray(registration).replace("a@example", "b@example"));

    QCOMPARE(first.operation, QByteArray("register"));
    QCOMPARE(first.keyHash, sha256(key));
    QCOMPARE(first.fingerprint, again.fingerprint);
    QVERIFY(first.fingerprint != other.fingerprint);
    QVERIFY2(first.fingerprint != sha256(registration), "it is keyed");
    QCOMPARE(first.fingerprint.size(), 32);
}

void TestHeaders::fingerprintIsTheSameUnderV1()
{
    PipelineHarness harness;
    http::HttpRequest request = registrationWith({QByteArray(20, 'k')});
    harness.ask(request);
    const IdempotencyKey bare = harness.seen.value().idempotency.value();
    harness.seen.reset();

    request.path.prepend("/v1");
    harness.ask(request);

    QCOMPARE(harness.seen.value().idempotency.value().fingerprint, bare.fingerprint);
}

AEGIS_TEST(TestHeaders)
#include "TestHeaders.moc"
