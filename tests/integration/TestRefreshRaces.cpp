#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;

class TestRefreshRaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void rotatesOnceForManyAtTheSameMoment();
    void endsOnceForManyThatReuse();
    void logoutWinsOverRefresh();

private:
    TestReply refresh(const QByteArray &token) const { return m_server->client().post("/auth/refresh", textObject({{"refreshToken", token}})); }

    std::unique_ptr<TestServer> m_server;
};

void TestRefreshRaces::rotatesOnceForManyAtTheSameMoment()
{
    const SignedUp ada = m_server->signUp();

    const auto replies = together(20, [&](int) { return refresh(ada.refreshToken); });

    const QByteArray current = replies.front().text(QLatin1String("refreshToken"));
    for (const TestReply &reply : replies) {
        QVERIFY_REPLY(reply, 200, "");
        QCOMPARE(reply.text(QLatin1String("refreshToken")), current);
    }
    QCOMPARE(m_server->value<int>("select generation from aegis.refresh_token where session_id = $1::uuid", Text{ada.sessionId}), 2);
    QCOMPARE(m_server->events(ada.organizationId).count("TokenRefreshed"), 1);
    QVERIFY_REPLY(refresh(current), 200, "");
}

void TestRefreshRaces::endsOnceForManyThatReuse()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(refresh(ada.refreshToken), 200, "");
    m_server->advance(std::chrono::seconds(11));

    const auto replies = together(12, [&](int) { return refresh(ada.refreshToken); });

    int reused = 0;
    for (const TestReply &reply : replies) {
        QCOMPARE(reply.status, 401);
        reused += reply.code() == "refresh_token_reused";
        QVERIFY(reply.code() == "refresh_token_reused" || reply.code() == "invalid_refresh_token");
    }
    QVERIFY(reused >= 1);
    QCOMPARE(m_server->events(ada.organizationId).count("SuspiciousActivityDetected"), 1);
    QCOMPARE(m_server->events(ada.organizationId).count("RefreshTokenRevoked"), 1);
}

void TestRefreshRaces::logoutWinsOverRefresh()
{
    for (int round = 0; round < 5; ++round) {
        const SignedUp ada = m_server->signUp();

        const auto replies = together(
            8, [&](int i) { return i == 0 ? m_server->client().as(ada.accessToken).post("/auth/logout") : refresh(ada.refreshToken); });

        QVERIFY_REPLY(replies.front(), 204, "");
        for (std::size_t i = 1; i < replies.size(); ++i) {
            const TestReply &reply = replies[i];
            QVERIFY2(reply.status == 200 || reply.code() == "invalid_refresh_token", reply.described().constData());
            if (reply.status == 200) { // what it got before the end is worth nothing after it
                QVERIFY_REPLY(m_server->client().as(reply.text(QLatin1String("accessToken"))).get("/auth/me"), 401, "invalid_token");
                QVERIFY_REPLY(refresh(reply.text(QLatin1String("refreshToken"))), 401, "invalid_refresh_token");
            }
        }
        QCOMPARE(m_server->value<qint64>("select count(*) from aegis.refresh_token where session_id = $1::uuid", Text{ada.sessionId}), qint64(0));
        QCOMPARE(m_server->events(ada.organizationId).count("UserLogout"), 1);
    }
}

AEGIS_TEST(TestRefreshRaces)
#include "TestRefreshRaces.moc"
