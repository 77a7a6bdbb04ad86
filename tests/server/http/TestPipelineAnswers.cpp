#include "server/async/WorkerPool.h"
#include "tests/server/http/PipelineHarness.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QThread>

#include <stdexcept>

using namespace aegis;
using test::PipelineHarness;

namespace {

const QByteArray goodLogin = R"({"email":"ada@example.com","password":"secret"})";
const http::HeaderList jsonHeaders{{"Content-Type", "application/json"}};

QJsonObject documentOf(const http::HttpReply &reply)
{
    return QJsonDocument::fromJson(reply.body).object();
}

QString codeOf(const http::HttpReply &reply)
{
    return documentOf(reply).value(QLatin1String("code")).toString();
}

} // namespace

class TestPipelineAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aHandlerMayWaitForAWorker();
    void anExceptionAfterWaitingIsAnsweredToo();
    void anExceptionIsToldToTheLogOnly();
    void aProblemOfTheHandlerIsRendered();
    void everyAnswerIsObserved();
    void knownContentIsNotSentAgain();
    void healthFollowsTheState();
    void transportProblemsLookTheSame();
    void refusalsOfTheTransportAreObserved();
    void aRefusalOfTheTransportSaysWhyToClientAndLog();
    void aRefusalIsReadableByAPageThatMayCall();
    void tellsTheTransportHowLargeABodyMayBe_data();
    void tellsTheTransportHowLargeABodyMayBe();
    void marksWhatWasPassedOn();
};

static Task<Result<HealthResponse>> healthFromWorker(WorkerPool &pool, const RequestContext &context, bool broken)
{
    CO_TRY(const QString status, co_await pool.run<QString>([](int) -> Result<QString> { return QStringLiteral("from a worker"); }));
    if (broken)
        throw std::runtime_error("late cucumber");
    co_return HealthResponse{status, {{QString::fromLatin1(context.correlationId.text()), QStringLiteral("ok"), {}}}};
}

void TestPipelineAnswers::aHandlerMayWaitForAWorker()
{
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 4});
    PipelineHarness harness;
    harness.api.on<endpoints::HealthLive>([&pool](const RequestContext &context, NoRequest) { return healthFromWorker(pool, context, false); });
    std::optional<http::HttpReply> reply;
    QThread *answeredOn = nullptr;

    harness.pipeline->handle(http::HttpExchange(PipelineHarness::request("GET", "/health/live"), [&](std::optional<http::HttpReply> answer) {
        answeredOn = QThread::currentThread();
        reply = std::move(answer);
    }));
    QVERIFY2(!reply, "handle() does not wait");
    QTRY_VERIFY(reply);

    QCOMPARE(reply->status, 200);
    QCOMPARE(answeredOn, QThread::currentThread());
    QVERIFY(reply->body.contains("from a worker"));
    QVERIFY(reply->body.contains(PipelineHarness::header(*reply, "X-Correlation-ID")));
}

void TestPipelineAnswers::anExceptionAfterWaitingIsAnsweredToo()
{
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 4});
    PipelineHarness harness;
    harness.api.on<endpoints::HealthLive>([&pool](const RequestContext &context, NoRequest) { return healthFromWorker(pool, context, true); });
    std::optional<http::HttpReply> reply;

    harness.pipeline->handle(http::HttpExchange(PipelineHarness::request("GET", "/health/live"),
                                                [&](std::optional<http::HttpReply> answer) { reply = std::move(answer); }));
    QTRY_VERIFY(reply);

    QCOMPARE(reply->status, 500);
    QVERIFY(!reply->body.contains("cucumber"));
    QCOMPARE(harness.observed.size(), std::size_t(1));
    QVERIFY(harness.observed.front().second.contains(QStringLiteral("late cucumber")));
}

void TestPipelineAnswers::anExceptionIsToldToTheLogOnly()
{
    PipelineHarness harness;
    harness.inHandler = []() -> std::optional<Problem> { throw std::runtime_error("division by cucumber"); };

    const auto reply = harness.ask(PipelineHarness::request("GET", "/health/live"));

    QCOMPARE(reply.status, 500);
    QCOMPARE(codeOf(reply), QStringLiteral("internal"));
    QVERIFY(!reply.body.contains("cucumber"));
    QVERIFY(harness.observed.front().second.contains(QStringLiteral("cucumber")));
}

void TestPipelineAnswers::aProblemOfTheHandlerIsRendered()
{
    PipelineHarness harness;
    harness.inHandler = [] {
        return std::optional(Problem(ProblemCode::Overloaded, QStringLiteral("Hashing is busy."))
                                 .withRetryAfter(std::chrono::seconds(7))
                                 .withInternal(QStringLiteral("queue 64/64")));
    };

    const auto reply = harness.ask(PipelineHarness::request("POST", "/auth/login", jsonHeaders, goodLogin));

    QCOMPARE(reply.status, 503);
    QCOMPARE(PipelineHarness::header(reply, "Content-Type"), QByteArray("application/problem+json"));
    QCOMPARE(PipelineHarness::header(reply, "Retry-After"), QByteArray("7"));
    QCOMPARE(documentOf(reply).value(QLatin1String("detail")).toString(), QStringLiteral("Hashing is busy."));
    QVERIFY(!reply.body.contains("64/64"));
    QCOMPARE(harness.observed.front().second, QStringLiteral("queue 64/64"));
}

void TestPipelineAnswers::everyAnswerIsObserved()
{
    PipelineHarness harness;

    harness.ask(PipelineHarness::request("GET", "/health/live"));
    harness.ask(PipelineHarness::request("GET", "/auth/me"));
    harness.ask(PipelineHarness::request("GET", "/nothing"));

    QCOMPARE(harness.observed.size(), std::size_t(3));
    QCOMPARE(harness.observed[1].first, 401);
    QCOMPARE(harness.observed[2].first, 404);
    QVERIFY((harness.operations == std::vector<std::string>{"healthLive", "me", ""}));
}

void TestPipelineAnswers::knownContentIsNotSentAgain()
{
    PipelineHarness harness;
    http::Api other;
    endpoints::All::forEach([&other]<class E>() {
        other.on<E>([](const RequestContext &, const typename E::Request &) -> Result<typename E::Response> { return typename E::Response{}; });
    });
    other.on<endpoints::Jwks>([](const RequestContext &, NoRequest) -> Result<RawContent> {
        return RawContent{
            .contentType = "application/jwk-set+json", .body = "{}", .cacheControl = "public, max-age=300", .etag = QByteArray("\"v1\"")};
    });
    harness.pipeline = *http::Pipeline::make({}, other, harness.authenticator);

    const auto first = harness.ask(PipelineHarness::request("GET", "/.well-known/jwks.json"));
    const auto known = harness.ask(PipelineHarness::request("GET", "/.well-known/jwks.json", {{"If-None-Match", "\"v0\", \"v1\""}}));
    const auto changed = harness.ask(PipelineHarness::request("GET", "/.well-known/jwks.json", {{"If-None-Match", "\"v0\""}}));

    QCOMPARE(first.status, 200);
    QCOMPARE(first.body, QByteArray("{}"));
    QCOMPARE(PipelineHarness::header(first, "Cache-Control"), QByteArray("public, max-age=300"));
    QCOMPARE(PipelineHarness::header(first, "ETag"), QByteArray("\"v1\""));
    QCOMPARE(known.status, 304);
    QVERIFY(known.body.isEmpty());
    QCOMPARE(changed.status, 200);
}

void TestPipelineAnswers::healthFollowsTheState()
{
    const auto ready = http::replyOf<endpoints::HealthReady>({QStringLiteral("ok"), {}});
    const auto unready = http::replyOf<endpoints::HealthReady>({QStringLiteral("failed"), {}});

    QCOMPARE(ready.status, 200);
    QCOMPARE(unready.status, 503);
    QVERIFY(PipelineHarness::header(ready, "Retry-After").isNull());
    QCOMPARE(PipelineHarness::header(unready, "Retry-After"), QByteArray("1"));
    QCOMPARE(unready.body, QByteArray(R"({"status":"failed","checks":[]})"));
}

void TestPipelineAnswers::transportProblemsLookTheSame()
{
    PipelineHarness harness;

    const auto reply = harness.pipeline->refuse({.code = ProblemCode::ContentTooLarge, .peer = QHostAddress(QHostAddress::LocalHost)});

    QCOMPARE(reply.status, 413);
    QCOMPARE(codeOf(reply), QStringLiteral("content_too_large"));
    QCOMPARE(PipelineHarness::header(reply, "X-Correlation-ID"), documentOf(reply).value(QLatin1String("correlationId")).toString().toLatin1());
    QCOMPARE(PipelineHarness::header(reply, "X-Content-Type-Options"), QByteArray("nosniff"));
}

void TestPipelineAnswers::refusalsOfTheTransportAreObserved()
{
    PipelineHarness harness({.corsOrigins = {}, .trustedProxies = {QStringLiteral("10.0.0.1")}, .fingerprintKey = {}, .observers = {}});
    const auto known = PipelineHarness::request("POST", "/auth/login", {{"X-Forwarded-For", "203.0.113.5"}});

    const auto first = harness.pipeline->refuse({.code = ProblemCode::MalformedRequest, .peer = QHostAddress(QStringLiteral("198.51.100.9"))});
    const auto second = harness.pipeline->refuse(
        {.code = ProblemCode::RequestTimeout, .peer = QHostAddress(QStringLiteral("10.0.0.1")), .request = &known});

    QCOMPARE(harness.refusals.size(), std::size_t(2));
    QCOMPARE(harness.refusals[0], " 198.51.100.9 " + PipelineHarness::header(first, "X-Correlation-ID"));
    QCOMPARE(harness.refusals[1], "/auth/login 203.0.113.5 " + PipelineHarness::header(second, "X-Correlation-ID"));
    QCOMPARE(harness.observed[0].first, 400);
    QCOMPARE(harness.observed[1].first, 408);
    QVERIFY((harness.operations == std::vector<std::string>{"", ""}));
}

void TestPipelineAnswers::aRefusalOfTheTransportSaysWhyToClientAndLog()
{
    PipelineHarness harness;

    const auto reply = harness.pipeline->refuse({.code = ProblemCode::MalformedRequest, .reason = "Host is missing.", .peer = {}});
    const auto body = harness.ask(PipelineHarness::request("GET", "/health/live", jsonHeaders, "{}"));

    QCOMPARE(reply.status, 400);
    QCOMPARE(documentOf(reply).value(QLatin1String("detail")).toString(), QStringLiteral("Host is missing."));
    QCOMPARE(codeOf(body), QStringLiteral("malformed_request"));
    QCOMPARE(harness.observed.size(), std::size_t(2));
    QCOMPARE(harness.observed[0].second, QStringLiteral("Host is missing."));
    QCOMPARE(harness.observed[1].second, documentOf(body).value(QLatin1String("detail")).toString());
}

void TestPipelineAnswers::aRefusalIsReadableByAPageThatMayCall()
{
    PipelineHarness harness({.corsOrigins = {"https://app.example.com"}, .trustedProxies = {}, .fingerprintKey = {}, .observers = {}});
    const auto page = PipelineHarness::request("POST", "/auth/login", {{"Origin", "https://app.example.com"}});
    const auto other = PipelineHarness::request("POST", "/auth/login", {{"Origin", "https://evil.test"}});

    const auto allowed = harness.pipeline->refuse({.code = ProblemCode::ContentTooLarge, .peer = {}, .request = &page});
    const auto stranger = harness.pipeline->refuse({.code = ProblemCode::ContentTooLarge, .peer = {}, .request = &other});
    const auto unknown = harness.pipeline->refuse({.code = ProblemCode::ContentTooLarge, .peer = {}});

    QCOMPARE(PipelineHarness::header(allowed, "Access-Control-Allow-Origin"), QByteArray("https://app.example.com"));
    QVERIFY(PipelineHarness::header(stranger, "Access-Control-Allow-Origin").isNull());
    QVERIFY(PipelineHarness::header(unknown, "Access-Control-Allow-Origin").isNull());
}

void TestPipelineAnswers::tellsTheTransportHowLargeABodyMayBe_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("bytes");
    QTest::newRow("an endpoint that reads one") << QByteArray("POST") << QByteArray("/auth/login") << 16 * 1024;
    QTest::newRow("its address under /v1") << QByteArray("POST") << QByteArray("/v1/auth/signup") << 16 * 1024;
    QTest::newRow("an endpoint that reads none") << QByteArray("GET") << QByteArray("/auth/me") << 0;
    QTest::newRow("HEAD") << QByteArray("HEAD") << QByteArray("/health/live") << 0;
    QTest::newRow("another method: 405 is said") << QByteArray("PUT") << QByteArray("/auth/login") << 16 * 1024;
    QTest::newRow("nothing there: 404 is said") << QByteArray("POST") << QByteArray("/nothing") << 16 * 1024;
}

void TestPipelineAnswers::tellsTheTransportHowLargeABodyMayBe()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    const PipelineHarness harness;

    QTEST(static_cast<int>(harness.pipeline->bodyLimit(method, path)), "bytes");
}

void TestPipelineAnswers::marksWhatWasPassedOn()
{
    PipelineHarness harness;

    harness.ask(PipelineHarness::request("GET", "/metrics"));
    QVERIFY(!harness.seen->client.viaProxy);
    for (const char *field : {"X-Forwarded-For", "Forwarded", "Via"}) {
        harness.ask(PipelineHarness::request("GET", "/metrics", {{field, "x"}}));
        QVERIFY2(harness.seen->client.viaProxy, field);
    }
}

AEGIS_TEST(TestPipelineAnswers)
#include "TestPipelineAnswers.moc"
