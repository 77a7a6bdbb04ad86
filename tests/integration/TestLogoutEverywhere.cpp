#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

// What a logout ended stays ended: for other servers, after a restart, and whatever the clock does.
class TestLogoutEverywhere : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void endsEverySessionAfterTheClockWasSetBack_data();
    void endsEverySessionAfterTheClockWasSetBack();
    void holdsAfterARestart();
    void isKnownToTheOtherServers();

private:
    std::unique_ptr<TestServer> m_server;
};

void TestLogoutEverywhere::endsEverySessionAfterTheClockWasSetBack_data()
{
    QTest::addColumn<std::chrono::milliseconds>("back");
    QTest::newRow("by less than a second") << 700ms;
    QTest::newRow("by more than ids run ahead of it") << std::chrono::milliseconds(4s); // tokens are still taken: 5 s leeway
}

void TestLogoutEverywhere::endsEverySessionAfterTheClockWasSetBack()
{
    QFETCH(std::chrono::milliseconds, back);
    TestServer server;
    const SignedUp ada = server.signUp();
    const SignedUp elsewhere = server.logIn(ada);
    const auto other = server.another();
    server.advance(-back);

    QVERIFY_REPLY(server.client().as(elsewhere.accessToken).post("/auth/logout", {{QStringLiteral("allDevices"), true}}), 204, "");

    for (const SignedUp &ended : {ada, elsewhere}) {
        QVERIFY_REPLY(server.client().as(ended.accessToken).get("/auth/verify"), 401, "invalid_token");
        QVERIFY_REPLY(server.client().post("/auth/refresh", textObject({{"refreshToken", ended.refreshToken}})), 401, "invalid_refresh_token");
        QTRY_COMPARE_WITH_TIMEOUT(other->client().as(ended.accessToken).get("/auth/verify").status, 401, 3000);
    }
    QCOMPARE(server.value<qint64>("select count(*) from aegis.session where ended_at is null"), qint64(0));
    const SignedUp again = server.logIn(ada); // by a clock that is still behind
    QVERIFY_REPLY(server.client().as(again.accessToken).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(server.client().as(again.accessToken).get("/auth/me"), 200, "");
}

void TestLogoutEverywhere::holdsAfterARestart()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).post("/auth/logout", {}), 204, "");

    const std::unique_ptr<TestServer> restarted = m_server->another();

    QVERIFY_REPLY(restarted->client().as(ada.accessToken).get("/auth/verify"), 401, "invalid_token"); // before the first answer it has read them
    QVERIFY_REPLY(restarted->client().as(bob.accessToken).get("/auth/verify"), 204, "");
}

void TestLogoutEverywhere::isKnownToTheOtherServers()
{
    const std::unique_ptr<TestServer> other = m_server->another();
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(other->client().as(ada.accessToken).get("/auth/verify"), 204, "");

    QVERIFY_REPLY(m_server->client().as(ada.accessToken).post("/auth/logout", {}), 204, "");

    QTRY_COMPARE_WITH_TIMEOUT(other->client().as(ada.accessToken).get("/auth/verify").status, 401, 3000);
}

AEGIS_TEST(TestLogoutEverywhere)
#include "TestLogoutEverywhere.moc"
