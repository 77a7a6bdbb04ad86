#include "tests/integration/Clients.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

/// A server that can open none of the signing keys: it says that it cannot tell, uses nothing up, and is well again with the keys.
class TestMissingKeys : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesAndUsesNothingUp();
};

void TestMissingKeys::refusesAndUsesNothingUp()
{
    TestServer server(Environment{{"JWT_KEY_POLL", "50ms"}});
    const TestProgram program = makeProgram(server, QStringLiteral("gateway"));
    const SignedUp ada = server.signUp();
    const auto jwks = [&] { return server.client().get("/.well-known/jwks.json"); };
    const auto refresh = [&] { return server.client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})); };
    const QByteArray published = jwks().body;

    server.sql("update aegis.signing_key set kid = kid || '-of-another'"); // private parts are bound to their ids
    QTRY_COMPARE_WITH_TIMEOUT(jwks().body, QByteArray(R"({"keys":[]})"), 10'000);

    QCOMPARE(jwks().field("Cache-Control"), QByteArray("no-store"));
    QVERIFY_REPLY(server.client().as(ada.accessToken).get("/auth/verify"), 503, "revocation_unavailable");
    QVERIFY_REPLY(refresh(), 503, "overloaded");
    QVERIFY_REPLY(server.client().as(ada.accessToken).post("/auth/reauthenticate", textObject({{"password", ada.password}})), 503,
                  "revocation_unavailable");
    QVERIFY_REPLY(server.client().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}})), 503, "overloaded");
    QVERIFY_REPLY(program.introspect(server, ada.accessToken), 503, "revocation_unavailable");
    QVERIFY_REPLY(program.revoke(server, ada.accessToken), 503, "revocation_unavailable");
    QCOMPARE(server.client().get("/health/ready").status, 503);
    QCOMPARE(server.value<qint64>("select count(*) from aegis.signing_key"), qint64(2)); // it made none of its own
    QCOMPARE(server.value<qint64>("select count(*) from aegis.session where user_id = $1::uuid", Text{ada.userId}), qint64(1));

    server.sql("update aegis.signing_key set kid = replace(kid, '-of-another', '')");
    QTRY_COMPARE_WITH_TIMEOUT(jwks().body, published, 10'000);
    QVERIFY_REPLY(server.client().as(ada.accessToken).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(refresh(), 200, "");
}

AEGIS_TEST(TestMissingKeys)
#include "TestMissingKeys.moc"
