#include "tests/integration/Clients.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// `POST /oauth/introspect` (RFC 7662): what programs are told of tokens.
class TestIntrospection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void tellsOfAnAccessToken();
    void tellsOfARefreshToken();
    void saysNothingOfABadToken_data();
    void saysNothingOfABadToken();
    void saysNothingAfterAnEnd_data();
    void saysNothingAfterAnEnd();
    void aProgramOfOneOrganizationSeesNoOther();
    void takesCredentialsInTheForm();
    void refusesOtherCredentials_data();
    void refusesOtherCredentials();
    void refusesABadForm_data();
    void refusesABadForm();
    void forgetsCredentialsThatWereRevoked();
    void aProgramGoesWithItsOrganization();
    void needsNoDatabaseForAccessTokens();
    void tellsWhenItCannotKnow();
    void changesNothing();
    void keepsNoSecretInPlain();

private:
    static QByteArray inactive() { return QByteArrayLiteral(R"({"active":false})"); }

    std::unique_ptr<TestServer> m_server;
    SignedUp m_ada;
    TestProgram m_program;
};

void TestIntrospection::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    m_ada = m_server->signUp();
    m_program = makeProgram(*m_server, QStringLiteral("gateway"));
}

void TestIntrospection::tellsOfAnAccessToken()
{
    const TestReply reply = m_program.introspect(*m_server, m_ada.accessToken);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.field("Content-Type"), QByteArray("application/json"));
    QCOMPARE(reply.field("Cache-Control"), QByteArray("no-store"));
    const QJsonObject json = reply.json();
    QCOMPARE(json[QLatin1String("active")], QJsonValue(true));
    QCOMPARE(reply.text(QLatin1String("token_type")), QByteArray("Bearer"));
    QCOMPARE(reply.text(QLatin1String("token_use")), QByteArray("access_token"));
    QCOMPARE(reply.text(QLatin1String("sub")), m_ada.userId);
    QCOMPARE(reply.text(QLatin1String("sid")), m_ada.sessionId);
    QCOMPARE(reply.text(QLatin1String("org")), m_ada.organizationId);
    QCOMPARE(reply.text(QLatin1String("aud")), QByteArray("aegis"));
    QCOMPARE(json[QLatin1String("roles")].toArray(), QJsonArray{QStringLiteral("ORGANIZATION_OWNER")});
    QCOMPARE(json[QLatin1String("amr")].toArray(), QJsonArray{QStringLiteral("pwd")});
    QCOMPARE(json[QLatin1String("exp")].toInteger() - json[QLatin1String("iat")].toInteger(), qint64(900));
    QVERIFY(TokenId::parse(reply.text(QLatin1String("jti"))));
    QCOMPARE(m_program.of(*m_server).send("POST", "/v1/oauth/introspect", "token_type_hint=refresh_token&token=" + m_ada.accessToken).body,
             reply.body);
}

void TestIntrospection::tellsOfARefreshToken()
{
    const TestReply reply = m_program.introspect(*m_server, m_ada.refreshToken);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json()[QLatin1String("active")], QJsonValue(true));
    QCOMPARE(reply.text(QLatin1String("token_use")), QByteArray("refresh_token"));
    QCOMPARE(reply.text(QLatin1String("sub")), m_ada.userId);
    QCOMPARE(reply.text(QLatin1String("sid")), m_ada.sessionId);
    QCOMPARE(reply.text(QLatin1String("org")), m_ada.organizationId);
    QVERIFY(!reply.json().contains(QLatin1String("token_type"))); // nobody sends it as a bearer token
}

void TestIntrospection::saysNothingOfABadToken_data()
{
    QTest::addColumn<QByteArray>("token");
    const std::unique_ptr<TestServer> elsewhere = m_server->another({{"JWT_ISSUER", "https://other.example"}});
    const SignedUp there = elsewhere->logIn(m_ada);
    QTest::newRow("garbage") << QByteArray("garbage");
    QTest::newRow("dots") << QByteArray("a.b.c");
    QTest::newRow("a changed one") << m_ada.accessToken.chopped(1) + (m_ada.accessToken.endsWith('A') ? 'B' : 'A');
    QTest::newRow("of no algorithm") << QByteArray("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.");
    QTest::newRow("of another issuer") << there.accessToken;
    QTest::newRow("a refresh token of another issuer") << there.refreshToken;
    QTest::newRow("an injection") << QByteArray("'%20or%20true%20--");
    QTest::newRow("8,192 characters") << QByteArray(8192, 'a');
}

void TestIntrospection::saysNothingOfABadToken()
{
    QFETCH(QByteArray, token);

    const TestReply reply = m_program.introspect(*m_server, token);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.body, inactive());
}

void TestIntrospection::saysNothingAfterAnEnd_data()
{
    QTest::addColumn<QByteArray>("end");
    for (const char *end :
         {"logout", "rotation", "expiry of the access token", "expiry of the refresh token", "lock", "suspension of the organization"})
        QTest::newRow(end) << QByteArray(end);
}

void TestIntrospection::saysNothingAfterAnEnd()
{
    QFETCH(QByteArray, end);
    TestServer server;
    const SignedUp bob = server.signUp();
    const TestProgram program = makeProgram(server, QStringLiteral("gateway"));
    QVERIFY(program.introspect(server, bob.accessToken).json()[QLatin1String("active")].toBool());
    QVERIFY(program.introspect(server, bob.refreshToken).json()[QLatin1String("active")].toBool());
    bool accessGoesOn = false;

    if (end == "logout") {
        QCOMPARE(server.client().as(bob.accessToken).post("/auth/logout").status, 204);
    } else if (end == "rotation") {
        QCOMPARE(server.client().post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}})).status, 200);
        accessGoesOn = true;
    } else if (end == "expiry of the access token") {
        server.advance(15min);
        QCOMPARE(program.introspect(server, bob.accessToken).body, inactive());
        QVERIFY(program.introspect(server, bob.refreshToken).json()[QLatin1String("active")].toBool());
        return;
    } else if (end == "expiry of the refresh token") {
        server.advance(24h * 7);
    } else if (end == "lock") {
        server.sql("update aegis.\"user\" set status = 'locked' where id = $1::uuid", Text{bob.userId});
        accessGoesOn = true; // until it is revoked, which a lock by the server does in the same transaction
    } else {
        server.sql("update aegis.organization set status = 'suspended' where id = $1::uuid", Text{bob.organizationId});
        accessGoesOn = true;
    }

    QCOMPARE(program.introspect(server, bob.refreshToken).body, inactive());
    QCOMPARE(program.introspect(server, bob.accessToken).json()[QLatin1String("active")].toBool(), accessGoesOn);
}

void TestIntrospection::aProgramOfOneOrganizationSeesNoOther()
{
    const SignedUp bob = m_server->signUp();
    const SignedUp nobodys = m_server->registerPerson();
    const TestProgram ofBob = makeProgram(*m_server, QStringLiteral("bob's gateway"), QString::fromUtf8(bob.slug));

    for (const QByteArray &token : {bob.accessToken, bob.refreshToken})
        QVERIFY(ofBob.introspect(*m_server, token).json()[QLatin1String("active")].toBool());
    for (const QByteArray &token : {m_ada.accessToken, m_ada.refreshToken, nobodys.accessToken, nobodys.refreshToken})
        QCOMPARE(ofBob.introspect(*m_server, token).body, inactive());
}

void TestIntrospection::takesCredentialsInTheForm()
{
    const TestClient client = m_server->client().with("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");

    const TestReply reply = client.send("POST", "/oauth/introspect",
                                        "client_id=" + m_program.id + "&client_secret=" + m_program.secret + "&token=" + m_ada.accessToken);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.text(QLatin1String("sub")), m_ada.userId);
}

void TestIntrospection::refusesOtherCredentials_data()
{
    QTest::addColumn<QByteArray>("authorization");
    const auto basic = [](const QByteArray &pair) { return "Basic " + pair.toBase64(); };
    QTest::newRow("none") << QByteArray();
    QTest::newRow("of a person") << "Bearer " + m_ada.accessToken;
    QTest::newRow("a wrong secret") << basic(m_program.id + ":" + QByteArray(43, 'a'));
    QTest::newRow("no secret") << basic(m_program.id + ":");
    QTest::newRow("an unknown program") << basic(ClientId::make(systemNow()).text() + ":" + m_program.secret);
    QTest::newRow("an id that is none") << basic("gateway:" + m_program.secret);
    QTest::newRow("another program's secret") << basic(makeProgram(*m_server, QStringLiteral("other")).id + ":" + m_program.secret);
    QTest::newRow("the hash for the secret") << basic(
        m_program.id + ":" + m_server->value<QByteArray>("select secret_hash from aegis.client where name = 'gateway'").toHex());
}

void TestIntrospection::refusesOtherCredentials()
{
    QFETCH(QByteArray, authorization);
    TestClient client = m_server->client().with("Content-Type", "application/x-www-form-urlencoded");
    if (!authorization.isEmpty())
        client = client.with("Authorization", authorization);

    for (const char *path : {"/oauth/introspect", "/oauth/revoke"}) {
        const TestReply reply = client.send("POST", path, "token=" + m_ada.accessToken);

        QVERIFY_REPLY(reply, 401, "invalid_client");
        QCOMPARE(reply.text(QLatin1String("error")), QByteArray("invalid_client"));
        QVERIFY(!reply.text(QLatin1String("error_description")).isEmpty());
        QCOMPARE(reply.field("Content-Type"), QByteArray("application/json"));
        QCOMPARE(reply.field("WWW-Authenticate"), QByteArray(R"(Basic realm="aegis")"));
    }
    QVERIFY_REPLY(m_server->client().as(m_ada.accessToken).get("/auth/verify"), 204, "");
}

void TestIntrospection::refusesABadForm_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no token") << QByteArray("token_type_hint=access_token");
    QTest::newRow("an empty token") << QByteArray("token=");
    QTest::newRow("two tokens") << QByteArray("token=a&token=b");
    QTest::newRow("a bad escape") << QByteArray("token=%zz");
    QTest::newRow("NUL") << QByteArray("token=%00");
    QTest::newRow("a token that is too long") << "token=" + QByteArray(8193, 'a');
    QTest::newRow("JSON") << QByteArray(R"({"token":"a"})");
    QTest::newRow("too many parameters") << QByteArray("a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1&r=1&s=1&t=1&u=1&v=1&"
                                                       "w=1&x=1&y=1&z=1&aa=1&bb=1&cc=1&dd=1&ee=1&ff=1&token=a");
}

void TestIntrospection::refusesABadForm()
{
    QFETCH(QByteArray, body);

    for (const char *path : {"/oauth/introspect", "/oauth/revoke"}) {
        const TestReply reply = m_program.of(*m_server).send("POST", path, body);

        QVERIFY_REPLY(reply, 400, "malformed_form");
        QCOMPARE(reply.text(QLatin1String("error")), QByteArray("invalid_request"));
        QVERIFY(!reply.text(QLatin1String("error_description")).isEmpty());
    }
}

void TestIntrospection::forgetsCredentialsThatWereRevoked()
{
    const TestProgram program = makeProgram(*m_server, QStringLiteral("short-lived"));
    QVERIFY_REPLY(program.introspect(*m_server, m_ada.accessToken), 200, "");

    revokeProgram(*m_server, program);
    m_server->advance(2s); // REVOCATION_MAX_AGE

    QVERIFY_REPLY(program.introspect(*m_server, m_ada.accessToken), 401, "invalid_client");
    const TestProgram again = makeProgram(*m_server, QStringLiteral("short-lived")); // the name is free, the credentials are others
    QVERIFY(again.id != program.id);
    QVERIFY_REPLY(again.introspect(*m_server, m_ada.accessToken), 200, "");
    QCOMPARE(m_server->value<QString>("select string_agg(type, ',' order by id) from aegis.event where subject_id = $1::uuid", Text{program.id}),
             QStringLiteral("ClientCreated,ClientRevoked"));
}

/// It must not become a program that may ask about everybody's.
void TestIntrospection::aProgramGoesWithItsOrganization()
{
    TestServer server;
    server.sql("insert into aegis.organization (id, slug, status, created_at, updated_at) "
               "values (gen_random_uuid(), 'short-lived', 'active', now(), now())");
    const TestProgram program = makeProgram(server, QStringLiteral("gateway"), QStringLiteral("short-lived"));
    QVERIFY_REPLY(program.introspect(server, "x"), 200, "");

    server.sql("delete from aegis.organization where slug = 'short-lived'");
    server.advance(2s); // REVOCATION_MAX_AGE

    QVERIFY_REPLY(program.introspect(server, "x"), 401, "invalid_client");
    QCOMPARE(server.value<qint64>("select count(*) from aegis.client"), qint64(0));
}

void TestIntrospection::needsNoDatabaseForAccessTokens()
{
    TestServer server(Environment{{"REVOCATION_MAX_AGE", "5m"}});
    const SignedUp bob = server.signUp();
    const TestProgram program = makeProgram(server, QStringLiteral("gateway"));
    QVERIFY_REPLY(program.introspect(server, bob.accessToken), 200, "");
    const SignedUp later = server.logIn(bob);

    server.takeDatabaseAway();
    const TestReply known = program.introspect(server, bob.accessToken);
    const TestReply fresh = program.introspect(server, later.accessToken);
    const TestReply refresh = program.introspect(server, bob.refreshToken);
    server.giveDatabaseBack();

    QVERIFY_REPLY(known, 200, "");
    QCOMPARE(known.text(QLatin1String("sub")), bob.userId);
    QCOMPARE(fresh.text(QLatin1String("sid")), later.sessionId);
    QVERIFY_REPLY(refresh, 503, "database_unavailable");
    QCOMPARE(refresh.text(QLatin1String("error")), QByteArray("temporarily_unavailable"));
    QVERIFY(!refresh.field("Retry-After").isEmpty());
}

void TestIntrospection::tellsWhenItCannotKnow()
{
    TestServer server({{"REVOCATION_POLL", "20ms"}, {"REVOCATION_MAX_AGE", "150ms"}});
    const SignedUp bob = server.signUp();
    const TestProgram program = makeProgram(server, QStringLiteral("gateway"));
    QVERIFY_REPLY(program.introspect(server, bob.accessToken), 200, "");

    server.takeDatabaseAway();
    QTRY_COMPARE(program.introspect(server, bob.accessToken).status, 503);
    const TestReply reply = program.introspect(server, bob.accessToken);
    server.giveDatabaseBack();

    QCOMPARE(reply.status, 503); // never "active" when it cannot be known
    QVERIFY2(!reply.body.contains("\"active\""), reply.body.constData());
}

void TestIntrospection::changesNothing()
{
    const QByteArray before = m_server->rowCounts();

    for (int i = 0; i < 3; ++i) {
        m_program.introspect(*m_server, m_ada.accessToken);
        m_program.introspect(*m_server, m_ada.refreshToken);
        m_program.introspect(*m_server, "garbage");
    }

    QCOMPARE(m_server->rowCounts(), before);
    QCOMPARE(m_server->client().post("/auth/refresh", textObject({{"refreshToken", m_ada.refreshToken}})).status, 200);
}

void TestIntrospection::keepsNoSecretInPlain()
{
    const Rows rows = m_server->sql("select c::text, encode(secret_hash, 'hex') from aegis.client c");
    for (const Row row : rows) {
        QVERIFY(!row.get<QByteArray>(0).contains(m_program.secret));
        QVERIFY(!row.get<QByteArray>(0).contains(m_program.secret.toHex()));
    }
    QVERIFY(!m_server->value<bool>("select exists (select from aegis.event e where position($1 in e::text) > 0)", Text{m_program.secret}));
}

AEGIS_TEST(TestIntrospection)
#include "TestIntrospection.moc"
