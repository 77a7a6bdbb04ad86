#include "server/crypto/Base64.h"
#include "server/crypto/JwtSigner.h"
#include "shared/endpoints/Endpoints.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

/// An address that the endpoint answers at.
QByteArray pathOf(const EndpointInfo &info)
{
    return bytes(*info.path)
        .replace("{slug}", "some-slug")
        .replace("{id}", "0193a0f0-7c00-7abc-8def-00000000beef")
        .replace("{userId}", "0193a0f0-7c00-7abc-8def-0123456789ab")
        .replace("{invitationId}", "0193a0f0-7c00-7abc-8def-0000000b0a7d")
        .replace("{role}", "MEMBER")
        .replace("{job}", "session-cleanup");
}

QByteArray methodOf(const EndpointInfo &info)
{
    return bytes(methodName(*info.method));
}

/// The methods that the address takes, as `Allow` has them.
QByteArray allowedAt(std::string_view path)
{
    QByteArray allowed;
    for (const Method method : {Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete}) {
        if (std::any_of(endpoints::All::infos.begin(), endpoints::All::infos.end(),
                        [&](const EndpointInfo *other) { return *other->path == path && *other->method == method; }))
            allowed += bytes(methodName(method)) + (method == Method::Get ? ", HEAD, " : ", ");
    }
    return allowed + "OPTIONS";
}

/// Whether the endpoint with that operation id takes a body.
bool takesBodyAt(const char *operationId)
{
    bool takes = false;
    endpoints::All::forEach([&]<class E>() { takes = takes || (bytes(*E::info.operationId) == operationId && takesBody<E>()); });
    return takes;
}

QJsonObject part(const QByteArray &token, int which)
{
    return QJsonDocument::fromJson(base64UrlDecode(token.split('.').value(which)).value_or(QByteArray())).object();
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

/// What holds for every endpoint, tried on each row of the endpoint table: a new one is covered unasked.
class TestEndpointSecurity : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void wantsAToken_data() { endpointRows(true); }
    void wantsAToken();
    void wantsAProgram_data() { endpointRows(false); }
    void wantsAProgram();
    void believesNoForgedToken_data();
    void believesNoForgedToken();
    void believesNoTokenForSomebodyElse_data();
    void believesNoTokenForSomebodyElse();
    void sendsTheSecurityFields_data() { endpointRows(false); }
    void sendsTheSecurityFields();
    void answersUnderBothPaths_data() { endpointRows(false); }
    void answersUnderBothPaths();
    void refusesOtherMethods_data() { endpointRows(false); }
    void refusesOtherMethods();
    void refusesUnknownFields_data() { endpointRows(false); }
    void refusesUnknownFields();
    void refusesOtherContent_data() { endpointRows(false); }
    void refusesOtherContent();
    void answersHead_data() { endpointRows(false); }
    void answersHead();

private:
    static void endpointRows(bool onlyBearer)
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < endpoints::All::size; ++i) {
            const EndpointInfo &info = *endpoints::All::infos[i];
            if (!onlyBearer || info.access.needsToken())
                QTest::newRow(bytes(*info.operationId).constData()) << static_cast<int>(i);
        }
    }
    static const EndpointInfo &endpoint()
    {
        QFETCH(int, index);
        return *endpoints::All::infos.at(static_cast<std::size_t>(index));
    }
    static void verifySecurityFields(const TestReply &reply);

    std::unique_ptr<TestServer> m_server;
    SignedUp m_ada;
};

void TestEndpointSecurity::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    m_ada = m_server->signUp(); // who may call everything
    m_server->sql("insert into aegis.platform_role (user_id, role, created_at) values ($1::uuid, 'PLATFORM_ADMIN', now())", Text{m_ada.userId});
}

void TestEndpointSecurity::wantsAToken()
{
    const EndpointInfo &info = endpoint();
    const auto send = [&](const TestClient &client) { return client.send(methodOf(info), pathOf(info)); };
    const TestClient client = m_server->client();

    for (const TestReply &reply : {send(client), send(client.with("Authorization", "Basic YTpi")), send(client.with("Authorization", "Bearer"))}) {
        QVERIFY_REPLY(reply, 401, "unauthenticated");
        QCOMPARE(reply.field("WWW-Authenticate"), QByteArray(R"(Bearer realm="aegis")"));
    }
    for (const TestReply &reply :
         {send(client.as("garbage")), send(client.as("a.b.c")), send(client.as(m_ada.accessToken + 'x')), send(client.as(m_ada.refreshToken))}) {
        QVERIFY_REPLY(reply, 401, "invalid_token");
        QCOMPARE(reply.field("WWW-Authenticate"), QByteArray(R"(Bearer realm="aegis", error="invalid_token")"));
    }
    const TestReply twice = send(client.as(m_ada.accessToken).as(m_ada.accessToken));
    QVERIFY_REPLY(twice, 400, "malformed_request");
    // The query is no place for a token (RFC 9700, 4.3.2).
    QVERIFY_REPLY(client.send(methodOf(info), pathOf(info) + "?access_token=" + m_ada.accessToken), 401, "unauthenticated");
}

void TestEndpointSecurity::wantsAProgram()
{
    const EndpointInfo &info = endpoint();
    if (!info.access.needsClient())
        return;
    const TestClient client = m_server->client().with("Content-Type", "application/x-www-form-urlencoded");
    const QByteArray before = m_server->rowCounts();

    for (const TestClient &stranger : {client, client.as(m_ada.accessToken), client.with("Authorization", "Basic YTpi")}) {
        const TestReply reply = stranger.send(methodOf(info), pathOf(info), "token=" + m_ada.accessToken);
        QVERIFY_REPLY(reply, 401, "invalid_client");
        QCOMPARE(reply.field("WWW-Authenticate"), QByteArray(R"(Basic realm="aegis")"));
    }
    // Nor is the query a place for credentials (RFC 6749, 2.3.1).
    QVERIFY_REPLY(client.send(methodOf(info), pathOf(info) + "?client_id=a&client_secret=b", "token=x"), 401, "invalid_client");
    QCOMPARE(m_server->rowCounts(), before);
}

void TestEndpointSecurity::believesNoForgedToken_data()
{
    QTest::addColumn<QByteArray>("forgery");
    for (const char *forgery :
         {"alg none", "alg none with the old signature", "a key set somewhere else", "something critical", "HS256 with the public key",
          "HS256 with the JWK", "another key under our name", "a key inside the token", "changed claims", "no signature", "another type"})
        QTest::newRow(forgery) << QByteArray(forgery);
}

void TestEndpointSecurity::believesNoForgedToken()
{
    QFETCH(QByteArray, forgery);
    const QByteArray token = m_ada.accessToken;
    const QByteArrayList parts = token.split('.');
    QJsonObject header = part(token, 0);
    const QJsonObject jwk = m_server->client().get("/.well-known/jwks.json").json()[QLatin1String("keys")][0].toObject();
    const auto signedBy = [&](const SigningKey &key) {
        const QByteArray input = base64Url(compact(header)) + '.' + parts[1];
        return input + '.' + base64Url(*key.sign(input));
    };
    const auto sharedSecret = [](const QByteArray &secret) { return *SigningKey::fromPrivate(SigningAlgorithm::Hs256, Secret(secret)); };
    const auto other = SigningKey::generate(SigningAlgorithm::Es256);
    QVERIFY_RESULT(other);

    QByteArray forged;
    if (forgery == "alg none" || forgery == "alg none with the old signature") {
        header[QStringLiteral("alg")] = QStringLiteral("none");
        forged = base64Url(compact(header)) + '.' + parts[1] + '.' + (forgery == "alg none" ? QByteArray() : parts[2]);
    } else if (forgery == "HS256 with the public key") {
        header[QStringLiteral("alg")] = QStringLiteral("HS256");
        forged = signedBy(sharedSecret(*base64UrlDecode(jwk[QLatin1String("x")].toString().toLatin1())
                                       + *base64UrlDecode(jwk[QLatin1String("y")].toString().toLatin1())));
    } else if (forgery == "HS256 with the JWK") {
        header[QStringLiteral("alg")] = QStringLiteral("HS256");
        forged = signedBy(sharedSecret(compact(jwk)));
    } else if (forgery == "another key under our name") {
        forged = signedBy(*other);
    } else if (forgery == "a key inside the token") {
        header[QStringLiteral("jwk")] = *other->publicJwk();
        header[QStringLiteral("kid")] = QString::fromLatin1(other->kid());
        forged = signedBy(*other);
    } else if (forgery == "a key set somewhere else") {
        header[QStringLiteral("jku")] = QStringLiteral("http://127.0.0.1:1/jwks.json");
        header[QStringLiteral("x5u")] = QStringLiteral("http://127.0.0.1:1/cert.pem");
        header[QStringLiteral("kid")] = QString::fromLatin1(other->kid());
        forged = signedBy(*other);
    } else if (forgery == "something critical") {
        header[QStringLiteral("crit")] = QJsonArray{QStringLiteral("exp")};
        forged = base64Url(compact(header)) + '.' + parts[1] + '.' + parts[2];
    } else if (forgery == "changed claims") {
        QJsonObject claims = part(token, 1);
        claims[QStringLiteral("roles")] = QJsonArray{QStringLiteral("PLATFORM_ADMIN")};
        forged = parts[0] + '.' + base64Url(compact(claims)) + '.' + parts[2];
    } else if (forgery == "no signature") {
        forged = parts[0] + '.' + parts[1] + '.';
    } else {
        header[QStringLiteral("typ")] = QStringLiteral("JWT");
        forged = base64Url(compact(header)) + '.' + parts[1] + '.' + parts[2];
    }

    QVERIFY_REPLY(m_server->client().as(forged).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().as(forged).get("/auth/me"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().as(token).get("/auth/verify"), 204, "");
}

void TestEndpointSecurity::believesNoTokenForSomebodyElse_data()
{
    QTest::addColumn<QByteArray>("setting");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("another issuer") << QByteArray("JWT_ISSUER") << QByteArray("https://other.example");
    QTest::newRow("another audience") << QByteArray("JWT_AUDIENCE") << QByteArray("somebody-else");
    QTest::newRow("another algorithm") << QByteArray("JWT_SECRET") << QByteArray("a-shared-secret-of-the-tests-0123456789");
}

void TestEndpointSecurity::believesNoTokenForSomebodyElse()
{
    QFETCH(QByteArray, setting);
    QFETCH(QByteArray, value);
    const std::unique_ptr<TestServer> other = m_server->another({{setting, value}});

    const SignedUp there = other->logIn(m_ada);

    QVERIFY_REPLY(other->client().as(there.accessToken).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(m_server->client().as(there.accessToken).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(other->client().as(m_ada.accessToken).get("/auth/verify"), 401, "invalid_token");
}

void TestEndpointSecurity::verifySecurityFields(const TestReply &reply)
{
    QVERIFY2(CorrelationId::parse(reply.field("X-Correlation-ID")), reply.described().constData());
    QCOMPARE(reply.field("X-Content-Type-Options"), QByteArray("nosniff"));
    QCOMPARE(reply.field("X-Frame-Options"), QByteArray("DENY"));
    QCOMPARE(reply.field("Referrer-Policy"), QByteArray("no-referrer"));
    QVERIFY(reply.field("Content-Security-Policy").contains("frame-ancestors 'none'"));
    QVERIFY(reply.field("Content-Security-Policy").contains("default-src 'none'"));
    QVERIFY(!reply.field("Cache-Control").isEmpty());
    QVERIFY(reply.field("Strict-Transport-Security").isNull()); // only under TLS
    QVERIFY(reply.field("Server").isNull());
}

void TestEndpointSecurity::sendsTheSecurityFields()
{
    const EndpointInfo &info = endpoint();
    const TestClient client = m_server->client();

    verifySecurityFields(client.send(methodOf(info), pathOf(info)));
    verifySecurityFields(client.send("BREW", pathOf(info)));
    verifySecurityFields(client.send("OPTIONS", pathOf(info)));
    verifySecurityFields(client.send(methodOf(info), pathOf(info) + "/nothing/here"));
    if (!info.access.needsToken() && *info.method == Method::Get)
        verifySecurityFields(client.as(m_ada.accessToken).get(pathOf(info)));
}

void TestEndpointSecurity::answersUnderBothPaths()
{
    const EndpointInfo &info = endpoint();

    const TestReply bare = m_server->client().send(methodOf(info), pathOf(info));
    const TestReply versioned = m_server->client().send(methodOf(info), "/v1" + pathOf(info));

    QVERIFY(bare.status != 404);
    QCOMPARE(versioned.status, bare.status);
    QCOMPARE(versioned.code(), bare.code());
}

void TestEndpointSecurity::refusesOtherMethods()
{
    const EndpointInfo &info = endpoint();

    const QByteArray allowed = allowedAt(*info.path);
    for (const QByteArray method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
        if (QByteArray(", " + allowed).contains(", " + method + ','))
            continue;
        const TestReply reply = m_server->client().send(method, pathOf(info));
        QCOMPARE(reply.status, 405);
        if (method != "HEAD")
            QCOMPARE(reply.code(), QByteArray("method_not_allowed"));
        QCOMPARE(reply.field("Allow"), allowed);
    }
    const TestReply options = m_server->client().send("OPTIONS", pathOf(info));
    QCOMPARE(options.status, info.access.needsToken() ? 401 : 204); // a proxy that keeps the method must not hear "yes"
    QCOMPARE(options.field("Allow"), allowed);
}

void TestEndpointSecurity::refusesUnknownFields()
{
    const EndpointInfo &info = endpoint();
    const bool withoutBody = !takesBodyAt(QTest::currentDataTag());
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = m_server->client().as(m_ada.accessToken).send(methodOf(info), pathOf(info), R"({"isAdmin":true})");

    if (withoutBody) {
        QVERIFY_REPLY(reply, 413, "content_too_large"); // no body at all
    } else if (info.access.needsClient()) {
        QVERIFY_REPLY(reply, 415, "unsupported_media_type"); // forms, where unknown parameters do no harm (RFC 6749, 3.2)
    } else {
        QVERIFY_REPLY(reply, 422, "validation_failed");
        QVERIFY2(reply.errors().contains("isAdmin:unknown"), reply.described().constData());
    }
    QCOMPARE(m_server->rowCounts(), before);
}

void TestEndpointSecurity::refusesOtherContent()
{
    const EndpointInfo &info = endpoint();
    if (!takesBodyAt(QTest::currentDataTag()))
        return; // see refusesUnknownFields
    const TestClient client = m_server->client().as(m_ada.accessToken);

    const char *const other = info.access.needsClient() ? "application/json" : "application/x-www-form-urlencoded";
    const QByteArray own = info.access.needsClient() ? "application/x-www-form-urlencoded" : "application/json";
    for (const QByteArray &type :
         {QByteArray("text/plain"), QByteArray(other), own + "; charset=latin1", QByteArray("multipart/form-data"), QByteArray()})
        QVERIFY_REPLY(client.with("Content-Type", type).send(methodOf(info), pathOf(info), "{}"), 415, "unsupported_media_type");
    QVERIFY_REPLY(client.with("Content-Type", own).with("Content-Encoding", "gzip").send(methodOf(info), pathOf(info), "{}"), 415,
                  "unsupported_media_type");
    QVERIFY_REPLY(m_server->client().as(m_ada.accessToken).get("/auth/me"), 200, ""); // logout among them has ended nothing
}

void TestEndpointSecurity::answersHead()
{
    const EndpointInfo &info = endpoint();
    if (*info.method != Method::Get)
        return;
    const TestClient client = m_server->client().as(m_ada.accessToken);

    const TestReply head = client.send("HEAD", pathOf(info));
    const TestReply get = client.get(pathOf(info));

    QCOMPARE(head.status, get.status);
    QCOMPARE(head.field("Content-Type"), get.field("Content-Type"));
    QCOMPARE(head.body, QByteArray());
}

AEGIS_TEST(TestEndpointSecurity)
#include "TestEndpointSecurity.moc"
