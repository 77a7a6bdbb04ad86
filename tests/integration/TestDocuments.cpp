#include "server/crypto/Jws.h"
#include "shared/endpoints/Endpoints.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QJsonArray>
#include <QtCore/QRegularExpression>

using namespace aegis;
using namespace aegis::test;

class TestDocuments : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void theApiDocumentNamesEveryEndpoint();
    void thePageNeedsNothingFromOutside();
    void theKeySetVerifiesOurTokens();
    void theMetadataLeadsToTheEndpoints();
    void documentsThatTheClientHasAreNotSentAgain_data();
    void documentsThatTheClientHasAreNotSentAgain();
    void theMetricsCountRequests();
    void readyFollowsTheDatabaseAndLiveDoesNot();

private:
    std::unique_ptr<TestServer> m_server;
};

void TestDocuments::theApiDocumentNamesEveryEndpoint()
{
    const TestReply reply = m_server->client().get("/openapi.json");

    QVERIFY_REPLY(reply, 200, "");
    QVERIFY(reply.json()[QLatin1String("openapi")].toString().startsWith(QStringLiteral("3.1")));
    const QJsonObject paths = reply.json()[QLatin1String("paths")].toObject();
    for (const EndpointInfo *info : endpoints::All::infos) {
        const std::string_view path = *info->path;
        const QJsonObject operations = paths[QString::fromLatin1(path.data(), static_cast<qsizetype>(path.size()))].toObject();
        QVERIFY2(!operations.isEmpty(), path.data());
        const std::string_view method = methodName(*info->method);
        const QString name = QString::fromLatin1(method.data(), static_cast<qsizetype>(method.size())).toLower();
        QVERIFY(operations[name][QLatin1String("responses")].toObject().contains(QString::number(*info->successStatus)));
    }
}

void TestDocuments::thePageNeedsNothingFromOutside()
{
    const TestReply reply = m_server->client().get("/docs");

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.field("Content-Type"), QByteArray("text/html; charset=utf-8"));
    static const QRegularExpression outside(QStringLiteral(R"((src|href|action|data)\s*=\s*["']?\s*(https?:)?//|@import|url\(\s*["']?(https?:)?//)"),
                                            QRegularExpression::CaseInsensitiveOption);
    const auto match = outside.match(QString::fromUtf8(reply.body));
    QVERIFY2(!match.hasMatch(), qPrintable(match.captured(0)));
    QVERIFY(reply.field("Content-Security-Policy").contains("default-src 'none'"));
    QVERIFY(!reply.field("Content-Security-Policy").contains("unsafe-inline"));
    QVERIFY(reply.body.contains("/auth/signup"));
}

void TestDocuments::theKeySetVerifiesOurTokens()
{
    const SignedUp ada = m_server->signUp();

    const TestReply reply = m_server->client().get("/.well-known/jwks.json");

    QVERIFY_REPLY(reply, 200, "");
    const QJsonArray keys = reply.json()[QLatin1String("keys")].toArray();
    QCOMPARE(keys.size(), 2); // the one that signs, and the next
    for (const QJsonValue &published : keys)
        QVERIFY2(!published.toObject().contains(QLatin1String("d")), "the private part is published");
    QCOMPARE(reply.field("Cache-Control"), QByteArray("public, max-age=300"));
    const auto key = SigningKey::fromJwk(keys[0].toObject());
    QVERIFY_RESULT(key);
    QCOMPARE(key->algorithm(), SigningAlgorithm::Es256);
    QVERIFY(!key->canSign());
    QVERIFY_RESULT(verifyJws(ada.accessToken, *key));
    QVERIFY(!verifyJws(ada.refreshToken, *key).ok());
    // The private part is sealed where it is stored.
    QVERIFY(m_server->value<bool>(
        "select bool_and(length(private_sealed) > 100 and position('PRIVATE' in encode(private_sealed, 'escape')) = 0) from aegis.signing_key"));
}

void TestDocuments::theMetadataLeadsToTheEndpoints()
{
    const auto server = m_server->another({{"JWT_ISSUER", "https://auth.example.com"}, {"JWKS_MAX_AGE", "90s"}});

    const TestReply reply = server->client().with("X-Forwarded-Host", "evil.example").get("/.well-known/oauth-authorization-server");

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.field("Content-Type"), QByteArray("application/json"));
    QCOMPARE(reply.field("Cache-Control"), QByteArray("public, max-age=90"));
    const QJsonObject json = reply.json();
    QCOMPARE(json[QLatin1String("issuer")].toString(), QStringLiteral("https://auth.example.com"));
    QCOMPARE(json[QLatin1String("response_types_supported")].toArray(), QJsonArray()); // required by RFC 8414; there is no authorization endpoint
    int led = 0;
    for (const char *name : {"jwks_uri", "introspection_endpoint", "revocation_endpoint", "service_documentation"}) {
        const QByteArray address = reply.text(QLatin1String(name));
        QVERIFY2(address.startsWith("https://auth.example.com/"), address.constData());
        const QByteArray path = address.mid(int(qstrlen("https://auth.example.com")));
        QVERIFY2(server->client().get(path).status != 404, path.constData());
        ++led;
    }
    QCOMPARE(led, 4);
    QVERIFY(!reply.body.contains("evil"));
}

void TestDocuments::documentsThatTheClientHasAreNotSentAgain_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path : {"/openapi.json", "/docs", "/.well-known/jwks.json"})
        QTest::newRow(path) << QByteArray(path);
}

void TestDocuments::documentsThatTheClientHasAreNotSentAgain()
{
    QFETCH(QByteArray, path);
    const QByteArray etag = m_server->client().get(path).field("ETag");
    QVERIFY(etag.startsWith('"'));

    const TestReply known = m_server->client().with("If-None-Match", etag).get(path);
    const TestReply changed = m_server->client().with("If-None-Match", "\"another\"").get(path);

    QCOMPARE(known.status, 304);
    QCOMPARE(known.body, QByteArray());
    QCOMPARE(changed.status, 200);
}

void TestDocuments::theMetricsCountRequests()
{
    const auto count = [&](const QByteArray &labels) {
        const QByteArray text = m_server->client().get("/metrics").body;
        const QByteArray name = "http_requests_total{" + labels + "} ";
        const qsizetype at = text.indexOf(name);
        return at < 0 ? 0 : text.mid(at + name.size(), 12).split('\n').first().toInt();
    };
    const QByteArray labels = R"(operation="login",status="401")";
    const int before = count(labels);

    for (int i = 0; i < 3; ++i)
        QVERIFY_REPLY(m_server->client().post("/auth/login", textObject({{"email", "secret.person@example.com"}, {"password", "x"}})), 401,
                      "invalid_credentials");

    QTRY_COMPARE(count(labels), before + 3); // counted after the answer is out
    QVERIFY(!m_server->client().get("/metrics").body.contains("secret.person"));
}

void TestDocuments::readyFollowsTheDatabaseAndLiveDoesNot()
{
    const auto check = [](const TestReply &reply, const char *name) {
        const QJsonArray checks = reply.json()[QLatin1String("checks")].toArray();
        for (const QJsonValue &one : checks) {
            if (one[QLatin1String("name")].toString() == QLatin1String(name))
                return one[QLatin1String("status")].toString();
        }
        return QString();
    };
    const TestReply before = m_server->client().get("/health/ready");
    QVERIFY_REPLY(before, 200, "");
    QCOMPARE(before.json()[QLatin1String("status")].toString(), QStringLiteral("ok"));
    QCOMPARE(check(before, "migrations"), QStringLiteral("ok"));

    m_server->takeDatabaseAway();
    const TestReply away = m_server->client().get("/health/ready");
    const TestReply live = m_server->client().get("/health/live");
    const TestReply login = m_server->client().post("/auth/login", textObject({{"email", "a@example.com"}, {"password", "x"}}));
    m_server->giveDatabaseBack();

    QCOMPARE(away.status, 503);
    QCOMPARE(check(away, "database"), QStringLiteral("failed"));
    QCOMPARE(check(away, "server"), QStringLiteral("ok"));
    QVERIFY_REPLY(live, 200, "");
    QVERIFY_REPLY(login, 503, "database_unavailable");
    QVERIFY(!login.field("Retry-After").isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(m_server->client().get("/health/ready").status, 200, 15'000);
}

AEGIS_TEST(TestDocuments)
#include "TestDocuments.moc"
