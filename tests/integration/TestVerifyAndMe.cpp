#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestVerifyAndMe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"REVOCATION_MAX_AGE", "3s"}}); }
    void cleanupTestCase() { m_server.reset(); }
    void verifyTellsTheProxyWhoItIs();
    void verifySaysNothingOfAnOrganizationThatIsNotThere();
    void verifyRefusesATokenThatHasExpired();
    void meTellsThePersonAndTheOrganization();
    void meOfAPersonWithoutAnOrganization();
    void meShowsTheStateOfNow();
    void meOfASessionThatHasEnded();
    void verifyNeedsNoDatabaseUntilItsKnowledgeIsOld();

private:
    TestReply me(const SignedUp &who) const { return m_server->client().as(who.accessToken).get("/auth/me"); }
    TestReply verify(const SignedUp &who) const { return m_server->client().as(who.accessToken).get("/auth/verify"); }

    std::unique_ptr<TestServer> m_server;
};

void TestVerifyAndMe::verifyTellsTheProxyWhoItIs()
{
    const SignedUp ada = m_server->signUp();

    const TestReply reply = verify(ada);

    QVERIFY_REPLY(reply, 204, "");
    QCOMPARE(reply.body, QByteArray());
    QCOMPARE(reply.field("X-Auth-Subject"), ada.userId);
    QCOMPARE(reply.field("X-Auth-Session"), ada.sessionId);
    QCOMPARE(reply.field("X-Auth-Organization"), ada.organizationId);
    QCOMPARE(reply.field("X-Auth-Roles"), QByteArray("ORGANIZATION_OWNER"));
}

void TestVerifyAndMe::verifySaysNothingOfAnOrganizationThatIsNotThere()
{
    const SignedUp person = m_server->registerPerson();

    const TestReply reply = verify(person);

    QVERIFY_REPLY(reply, 204, "");
    QCOMPARE(reply.field("X-Auth-Subject"), person.userId);
    QVERIFY(reply.field("X-Auth-Organization").isNull());
    QCOMPARE(reply.field("X-Auth-Roles"), QByteArray());
}

void TestVerifyAndMe::verifyRefusesATokenThatHasExpired()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    QVERIFY_REPLY(verify(ada), 204, ""); // remembered from here on
    m_server->advance(14min);
    QVERIFY_REPLY(verify(ada), 204, "");
    m_server->advance(1min);

    QVERIFY_REPLY(verify(ada), 401, "invalid_token");
    QVERIFY_REPLY(verify(bob), 401, "invalid_token"); // and one that was never asked about
}

void TestVerifyAndMe::meTellsThePersonAndTheOrganization()
{
    const TestReply signup = m_server->client().with("User-Agent", "Loom/1").post("/auth/signup", m_server->signupRequest());
    const SignedUp ada = signedUpBy(signup, {});

    const TestReply reply = me(ada);

    QVERIFY_REPLY(reply, 200, "");
    const QJsonObject json = reply.json();
    QCOMPARE(json.keys().join(u' '), QStringLiteral("organization roles session user"));
    QCOMPARE(json[QLatin1String("user")], signup.json()[QLatin1String("user")]);
    QCOMPARE(json[QLatin1String("organization")], signup.json()[QLatin1String("organization")]);
    QCOMPARE(json[QLatin1String("roles")].toArray(), QJsonArray{QStringLiteral("ORGANIZATION_OWNER")});
    const QJsonObject session = json[QLatin1String("session")].toObject();
    QCOMPARE(session.keys().join(u' '), QStringLiteral("createdAt current device expiresAt id ipAddress lastUsedAt userAgent"));
    QCOMPARE(session[QLatin1String("id")].toString().toLatin1(), ada.sessionId);
    QCOMPARE(session[QLatin1String("ipAddress")].toString(), QStringLiteral("127.0.0.1"));
    QCOMPARE(session[QLatin1String("userAgent")].toString(), QStringLiteral("Loom/1"));
    QCOMPARE(session[QLatin1String("createdAt")], json[QLatin1String("user")][QLatin1String("createdAt")]);
}

void TestVerifyAndMe::meOfAPersonWithoutAnOrganization()
{
    const SignedUp person = m_server->registerPerson();

    const TestReply reply = me(person);

    QVERIFY_REPLY(reply, 200, "");
    QVERIFY(reply.json().contains(QLatin1String("organization")) && reply.json()[QLatin1String("organization")].isNull());
    QCOMPARE(reply.json()[QLatin1String("roles")].toArray(), QJsonArray());
    QCOMPARE(reply.json()[QLatin1String("user")][QLatin1String("id")].toString().toLatin1(), person.userId);
}

void TestVerifyAndMe::meShowsTheStateOfNow()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.user_profile set last_name = 'King' where user_id = $1::uuid", Text{ada.userId});
    m_server->sql("update aegis.organization_details set name = 'Looms' where organization_id = $1::uuid", Text{ada.organizationId});
    m_server->sql("insert into aegis.organization_role values ($1::uuid, gen_random_uuid(), 'AUDITOR', false, now())", Text{ada.organizationId});
    m_server->sql("insert into aegis.user_role select organization_id, $2::uuid, id, now() from aegis.organization_role where organization_id = "
                  "$1::uuid and name = 'AUDITOR'",
                  Text{ada.organizationId}, Text{ada.userId});
    m_server->advance(5min);
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})), 200, "");

    const QJsonObject json = me(ada).json();

    QCOMPARE(json[QLatin1String("user")][QLatin1String("lastName")].toString(), QStringLiteral("King"));
    QCOMPARE(json[QLatin1String("organization")][QLatin1String("name")].toString(), QStringLiteral("Looms"));
    QCOMPARE(json[QLatin1String("roles")].toArray(), (QJsonArray{QStringLiteral("AUDITOR"), QStringLiteral("ORGANIZATION_OWNER")}));
    const QJsonObject session = json[QLatin1String("session")].toObject();
    const auto at = [&](const char *name) { return fromRfc3339(session[QLatin1String(name)].toString().toLatin1()).value_or(Instant()); };
    QVERIFY(at("lastUsedAt") >= at("createdAt") + 5min);
    QCOMPARE(at("expiresAt") - at("createdAt"), Instant::duration(24h * 30));
}

void TestVerifyAndMe::meOfASessionThatHasEnded()
{
    const SignedUp ada = m_server->signUp();
    // Ended behind the server's back: nothing in memory knows of it, but the database does.
    m_server->sql("update aegis.session set ended_at = now(), end_reason = 'revoked' where id = $1::uuid", Text{ada.sessionId});

    QVERIFY_REPLY(me(ada), 401, "invalid_token");
}

void TestVerifyAndMe::verifyNeedsNoDatabaseUntilItsKnowledgeIsOld()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp ended = m_server->signUp();
    QVERIFY_REPLY(m_server->client().as(ended.accessToken).post("/auth/logout"), 204, "");
    m_server->takeDatabaseAway();

    QVERIFY_REPLY(verify(ada), 204, "");
    QVERIFY_REPLY(me(ada), 503, "database_unavailable");
    QTRY_COMPARE_WITH_TIMEOUT(verify(ada).status, 503, 10'000);
    const TestReply unknown = verify(ada);
    const TestReply known = verify(ended);
    m_server->giveDatabaseBack();

    QVERIFY_REPLY(unknown, 503, "revocation_unavailable");
    QVERIFY(!unknown.field("Retry-After").isEmpty());
    QVERIFY_REPLY(known, 401, "invalid_token"); // once ended is ended, however old the knowledge
    QTRY_COMPARE_WITH_TIMEOUT(verify(ada).status, 204, 10'000);
    QTRY_COMPARE_WITH_TIMEOUT(me(ada).status, 200, 10'000);
}

AEGIS_TEST(TestVerifyAndMe)
#include "TestVerifyAndMe.moc"
