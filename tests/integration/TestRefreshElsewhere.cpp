#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// A refresh token that is in two places at the same moment.
class TestRefreshElsewhere : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"TRUSTED_PROXIES", "127.0.0.1"}}); }
    void cleanupTestCase() { m_server.reset(); }
    void isToldOnceAndEndsNothing();
    void aRepetitionFromTheSamePlaceIsNoSuspicion();
    void isToldOnceUnderManyAtOnce();

private:
    TestReply refresh(const QByteArray &token, const QByteArray &address) const
    {
        return m_server->client().with("X-Forwarded-For", address).post("/auth/refresh", textObject({{"refreshToken", token}}));
    }
    qint64 suspicions(const SignedUp &person)
    {
        return m_server->value<qint64>("select count(*) from aegis.event where session_id = $1::uuid and subject_id = $2::uuid and "
                                       "type = 'SuspiciousActivityDetected' and payload->>'reason' = 'impossible_refresh'",
                                       Text{person.sessionId}, Text{person.userId});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestRefreshElsewhere::isToldOnceAndEndsNothing()
{
    const SignedUp ada = m_server->signUp();
    const TestReply first = refresh(ada.refreshToken, "192.0.2.1");
    QVERIFY_REPLY(first, 200, "");

    for (int i = 0; i < 3; ++i) {
        const TestReply again = refresh(ada.refreshToken, "198.51.100.7");
        QVERIFY_REPLY(again, 200, "");
        QCOMPARE(again.text(QLatin1String("refreshToken")), first.text(QLatin1String("refreshToken")));
    }

    QCOMPARE(suspicions(ada), qint64(1));
    QCOMPARE(m_server->events(ada.organizationId).count("TokenRefreshRepeated"), 3);
    QVERIFY_REPLY(m_server->client().as(first.text(QLatin1String("accessToken"))).get("/auth/me"), 200, "");
    QVERIFY_REPLY(refresh(first.text(QLatin1String("refreshToken")), "192.0.2.1"), 200, "");
}

void TestRefreshElsewhere::aRepetitionFromTheSamePlaceIsNoSuspicion()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(refresh(ada.refreshToken, "2001:db8:1:2::1"), 200, "");

    QVERIFY_REPLY(refresh(ada.refreshToken, "2001:db8:1:2::abcd"), 200, ""); // an address of its own for each connection

    QCOMPARE(suspicions(ada), qint64(0));
    QVERIFY_REPLY(refresh(ada.refreshToken, "2001:db8:1:3::1"), 200, "");
    QCOMPARE(suspicions(ada), qint64(1));
}

void TestRefreshElsewhere::isToldOnceUnderManyAtOnce()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(refresh(ada.refreshToken, "192.0.2.1"), 200, "");

    const auto replies = together(20, [&](int i) { return refresh(ada.refreshToken, "198.51.100." + QByteArray::number(i + 1)).status; });

    QCOMPARE(std::count(replies.begin(), replies.end(), 200), 20);
    QCOMPARE(suspicions(ada), qint64(1));
}

AEGIS_TEST(TestRefreshElsewhere)
#include "TestRefreshElsewhere.moc"
