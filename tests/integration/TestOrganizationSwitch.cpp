#include "tests/integration/Administrators.h"
#include "tests/integration/Browser.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonObject>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// The way of a session from one organization of its person to another.
class TestOrganizationSwitch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"CORS_ORIGINS", page}}); }
    void cleanupTestCase() { m_server.reset(); }
    void aSessionGoesOnElsewhere();
    void aSessionGoesNowhereElse();
    void aStolenTokenSwitchesNothing();
    void aSwitchAfterALostAnswerGoesOn();
    void aSwitchAfterAFreshProofGoesOn();
    void aBrowserGoesOnByItsCookies();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    TestReply goOn(const QByteArray &refreshToken, const SignedUp &there) const
    {
        return m_server->client().post("/auth/refresh/organization",
                                       textObject({{"organizationId", there.organizationId}, {"refreshToken", refreshToken}}));
    }
    void joinBoth(const SignedUp &person, const SignedUp &owner)
    {
        m_server->sql("insert into aegis.user_role (organization_id, user_id, role_id, created_at) "
                      "select organization_id, $2::uuid, id, $3 from aegis.organization_role where organization_id = $1::uuid and name = "
                      "'ORGANIZATION_OWNER'",
                      Text{owner.organizationId}, Text{person.userId}, m_server->now());
    }

    std::unique_ptr<TestServer> m_server;
};

void TestOrganizationSwitch::aSessionGoesOnElsewhere()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    joinBoth(bob, ada);
    m_server->advance(10s);

    const TestReply gone = goOn(bob.refreshToken, ada);

    QVERIFY_REPLY(gone, 200, "");
    const SignedUp there = signedUpBy(gone, bob.password);
    QCOMPARE(there.organizationId, ada.organizationId);
    QVERIFY(there.sessionId != bob.sessionId);
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}})), 401, "invalid_refresh_token");
    QCOMPARE(as(there).get("/auth/me").json()[QLatin1String("organization")][QLatin1String("id")].toString().toLatin1(), ada.organizationId);
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", there.refreshToken}})), 200, "");
    // It has shown no more than the first one, when that did, and lasts no longer.
    QVERIFY(m_server->value<bool>("select a.auth_time = b.auth_time and a.expires_at = b.expires_at and a.auth_methods = b.auth_methods "
                                  "from aegis.session a, aegis.session b where a.id = $1::uuid and b.id = $2::uuid",
                                  Text{bob.sessionId}, Text{there.sessionId}));
    QCOMPARE(m_server->value<QByteArray>("select end_reason from aegis.session where id = $1::uuid", Text{bob.sessionId}), QByteArray("switched"));
}

void TestOrganizationSwitch::aSessionGoesNowhereElse()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    const auto go = [&] { return goOn(bob.refreshToken, ada); };

    QVERIFY_REPLY(go(), 404, "not_found"); // he is no member
    joinBoth(bob, ada);
    m_server->sql("update aegis.organization set status = 'suspended' where id = $1::uuid", Text{ada.organizationId});
    QVERIFY_REPLY(go(), 404, "not_found");
    QVERIFY_REPLY(goOn(bob.refreshToken, bob), 409, "conflict");             // it is there
    QVERIFY_REPLY(goOn(bob.accessToken, ada), 401, "invalid_refresh_token"); // an access token opens no session

    QVERIFY_REPLY(as(bob).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}})), 200, "");
}

void TestOrganizationSwitch::aStolenTokenSwitchesNothing()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    joinBoth(bob, ada);
    const TestReply rotated = m_server->client().post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}}));
    QVERIFY_REPLY(rotated, 200, "");
    m_server->advance(1min);

    QVERIFY_REPLY(goOn(bob.refreshToken, ada), 401, "refresh_token_reused");

    QVERIFY_REPLY(goOn(rotated.text(QLatin1String("refreshToken")), ada), 401, "invalid_refresh_token");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{bob.userId}), 0);
}

void TestOrganizationSwitch::aSwitchAfterALostAnswerGoesOn()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    joinBoth(bob, ada);
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}})), 200, "");

    QVERIFY_REPLY(goOn(bob.refreshToken, ada), 200, ""); // within the grace

    QCOMPARE(m_server->events(bob.organizationId).count("RefreshTokenRevoked"), 1); // its end is told where it was
    QCOMPARE(m_server->events(ada.organizationId).count("AuthSessionCreated"), 2);
}

void TestOrganizationSwitch::aSwitchAfterAFreshProofGoesOn()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    joinBoth(bob, ada);
    QVERIFY_REPLY(as(bob).post("/auth/reauthenticate", textObject({{"password", bob.password}})), 200, "");

    QVERIFY_REPLY(goOn(bob.refreshToken, ada), 200, "");
}

void TestOrganizationSwitch::aBrowserGoesOnByItsCookies()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    joinBoth(bob, ada);
    Browser browser = Browser::logIn(*m_server, bob, "/auth/login");
    const auto go = [&](const TestClient &client) {
        return client.post("/auth/refresh/organization", textObject({{"organizationId", ada.organizationId}}));
    };
    const TestClient asking = browser.client(*m_server, "/auth/refresh/organization");
    QVERIFY_REPLY(go(browser.jar.client(*m_server, "/auth/refresh/organization").with("X-Token-Delivery", "cookie").with("Origin", page)), 403,
                  "csrf_token_invalid");

    const TestReply gone = go(asking.with("X-Token-Delivery", "cookie"));

    QVERIFY_REPLY(gone, 200, "");
    QVERIFY(!gone.json().contains(QLatin1String("refreshToken")) && !gone.json().contains(QLatin1String("accessToken")));
    browser.jar.take(gone);
    QVERIFY(browser.jar.has(accessCookie) && browser.jar.has(refreshCookie)); // nothing of it was cleared
    browser.csrfToken = gone.field("X-CSRF-Token");
    const TestReply me = browser.client(*m_server, "/auth/me").get("/auth/me");
    QCOMPARE(me.json()[QLatin1String("organization")][QLatin1String("id")].toString().toLatin1(), ada.organizationId);
    QCOMPARE(browser.jar.at(refreshCookie).path, QByteArray("/auth/refresh"));
    QVERIFY_REPLY(browser.client(*m_server, "/auth/refresh").with("X-Token-Delivery", "cookie").post("/auth/refresh"), 200, "");
}

AEGIS_TEST(TestOrganizationSwitch)
#include "TestOrganizationSwitch.moc"
