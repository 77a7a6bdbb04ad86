#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestLogout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void endsAccessAndRefreshAtOnce_data();
    void endsAccessAndRefreshAtOnce();
    void leavesOtherSessionsAlone();
    void endsTheSessionOfARefreshTokenToo();
    void endsTheSessionOfAnOldRefreshTokenToo();
    void endsNothingForATokenThatIsNotThePersons_data();
    void endsNothingForATokenThatIsNotThePersons();
    void endsEverySessionOfThePerson();
    void cannotBeRepeated();
    void recordsWhoAndWhere();
    void holdsAfterARestart();
    void isKnownToTheOtherServers();

private:
    TestReply logout(const SignedUp &who, const QJsonObject &request) const
    {
        return m_server->client().as(who.accessToken).post("/auth/logout", request);
    }
    void verifyEnded(const SignedUp &who, const char *reason)
    {
        QVERIFY_REPLY(m_server->client().as(who.accessToken).get("/auth/me"), 401, "invalid_token");
        QVERIFY_REPLY(m_server->client().as(who.accessToken).get("/auth/verify"), 401, "invalid_token");
        QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", who.refreshToken}})), 401, "invalid_refresh_token");
        const Row row = m_server
                            ->sql("select end_reason, ended_at is not null, (select count(*) from aegis.refresh_token t where t.session_id = s.id), "
                                  "(select count(*) from aegis.revocation r where r.subject_id = case r.kind when 'session' then s.id when 'user' "
                                  "then s.user_id end and r.expires_at > "
                                  "s.ended_at + '15 minutes') "
                                  "from aegis.session s where id = $1::uuid",
                                  Text{who.sessionId})
                            .first();
        QCOMPARE(row.get<QByteArray>(0), QByteArray(reason));
        QVERIFY(row.get<bool>(1));
        QCOMPARE(row.get<int>(2), 0);
        QCOMPARE(row.get<int>(3), 1);
    }
    void verifyOpen(const SignedUp &who)
    {
        QVERIFY_REPLY(m_server->client().as(who.accessToken).get("/auth/me"), 200, "");
        QCOMPARE(
            m_server->value<qint64>(
                "select count(*) from aegis.session s join aegis.refresh_token t on t.session_id = s.id where s.id = $1::uuid and ended_at is null",
                Text{who.sessionId}),
            qint64(1));
    }

    std::unique_ptr<TestServer> m_server;
};

void TestLogout::endsAccessAndRefreshAtOnce_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("no body") << QByteArray();
    QTest::newRow("an empty object") << QByteArray("{}");
    QTest::newRow("nulls") << QByteArray(R"({"refreshToken":null,"allDevices":null})");
    QTest::newRow("not all devices") << QByteArray(R"({"allDevices":false})");
}

void TestLogout::endsAccessAndRefreshAtOnce()
{
    QFETCH(QByteArray, body);
    const SignedUp ada = m_server->signUp();
    verifyOpen(ada);

    const TestReply reply = m_server->client().as(ada.accessToken).send("POST", "/auth/logout", body);

    QVERIFY_REPLY(reply, 204, "");
    QCOMPARE(reply.body, QByteArray());
    verifyEnded(ada, "logout");
}

void TestLogout::leavesOtherSessionsAlone()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    const SignedUp bob = m_server->signUp();

    QVERIFY_REPLY(logout(ada, {}), 204, "");

    verifyEnded(ada, "logout");
    verifyOpen(elsewhere);
    verifyOpen(bob);
}

void TestLogout::endsTheSessionOfARefreshTokenToo()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    const SignedUp third = m_server->logIn(ada);

    QVERIFY_REPLY(logout(ada, textObject({{"refreshToken", elsewhere.refreshToken}})), 204, "");

    verifyEnded(ada, "logout");
    verifyEnded(elsewhere, "logout");
    verifyOpen(third);
    QCOMPARE(m_server->events(ada.organizationId).last(4),
             (QByteArrayList{"UserLogout", "RefreshTokenRevoked", "UserLogout", "RefreshTokenRevoked"}));
}

void TestLogout::endsTheSessionOfAnOldRefreshTokenToo()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    const TestReply rotated = m_server->client().post("/auth/refresh", textObject({{"refreshToken", elsewhere.refreshToken}}));
    QVERIFY_REPLY(rotated, 200, "");

    QVERIFY_REPLY(logout(ada, textObject({{"refreshToken", elsewhere.refreshToken}})), 204, "");

    verifyEnded(elsewhere, "logout");
    QVERIFY(!m_server->events(ada.organizationId).contains("SuspiciousActivityDetected")); // ending is all that it can do
}

void TestLogout::endsNothingForATokenThatIsNotThePersons_data()
{
    QTest::addColumn<QByteArray>("whose");
    QTest::newRow("another person's") << QByteArray("bob");
    QTest::newRow("an access token") << QByteArray("access");
    QTest::newRow("no token") << QByteArray("garbage");
}

void TestLogout::endsNothingForATokenThatIsNotThePersons()
{
    QFETCH(QByteArray, whose);
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    const QByteArray token = whose == "bob" ? bob.refreshToken : whose == "access" ? ada.accessToken : QByteArray("abc.def.ghi");

    QVERIFY_REPLY(logout(ada, textObject({{"refreshToken", token}})), 401, "invalid_refresh_token");

    verifyOpen(ada);
    verifyOpen(bob);
    QCOMPARE(m_server->events(ada.organizationId).size(), 5);
    QCOMPARE(m_server->events(bob.organizationId).size(), 5);
}

void TestLogout::endsEverySessionOfThePerson()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    m_server->sql("update aegis.organization set status = 'suspended' where id = $1::uuid", Text{ada.organizationId});
    const SignedUp inNone = m_server->logIn(ada); // a session of another tenant: the person's own
    m_server->sql("update aegis.organization set status = 'active' where id = $1::uuid", Text{ada.organizationId});
    QCOMPARE(inNone.organizationId, QByteArray());
    const SignedUp bob = m_server->signUp();

    QVERIFY_REPLY(logout(elsewhere, {{QStringLiteral("allDevices"), true}}), 204, "");

    verifyEnded(ada, "logout_all");
    verifyEnded(elsewhere, "logout_all");
    verifyEnded(inNone, "logout_all");
    verifyOpen(bob);
    QCOMPARE(m_server->events(ada.organizationId).count("UserLogout"), 1);
    QCOMPARE(m_server->events(ada.organizationId).count("RefreshTokenRevoked"), 1); // one revocation for the person
    QVERIFY(m_server->value<bool>("select (payload->>'allDevices')::boolean from aegis.event where tenant_id = $1::uuid and type = 'UserLogout'",
                                  Text{ada.organizationId}));
    verifyOpen(m_server->logIn(ada));
}

void TestLogout::cannotBeRepeated()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(logout(ada, {}), 204, "");

    const TestReply again = logout(ada, {});

    QVERIFY_REPLY(again, 401, "invalid_token");
    QCOMPARE(m_server->events(ada.organizationId).count("UserLogout"), 1);
}

void TestLogout::recordsWhoAndWhere()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(logout(ada, {}), 204, "");

    const Rows rows = m_server->sql("select type, actor_id, session_id, subject_id, payload::text from aegis.event "
                                    "where tenant_id = $1::uuid and type in ('UserLogout', 'RefreshTokenRevoked') order by id",
                                    Text{ada.organizationId});
    QCOMPARE(rows.size(), 2);
    for (const Row row : rows) {
        QCOMPARE(row.get<UserId>(1).text(), ada.userId);
        QCOMPARE(row.get<SessionId>(2).text(), ada.sessionId);
    }
    QCOMPARE(rows[0].get<UserId>(3).text(), ada.userId);
    QCOMPARE(rows[1].get<SessionId>(3).text(), ada.sessionId);
    QCOMPARE(rows[1].get<QByteArray>(4), QByteArray(R"({"reason": "logout"})"));
}

void TestLogout::holdsAfterARestart()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    QVERIFY_REPLY(logout(ada, {}), 204, "");

    const std::unique_ptr<TestServer> restarted = m_server->another();

    QVERIFY_REPLY(restarted->client().as(ada.accessToken).get("/auth/verify"), 401, "invalid_token"); // before the first answer it has read them
    QVERIFY_REPLY(restarted->client().as(bob.accessToken).get("/auth/verify"), 204, "");
}

void TestLogout::isKnownToTheOtherServers()
{
    const std::unique_ptr<TestServer> other = m_server->another();
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(other->client().as(ada.accessToken).get("/auth/verify"), 204, "");

    QVERIFY_REPLY(logout(ada, {}), 204, "");

    QTRY_COMPARE_WITH_TIMEOUT(other->client().as(ada.accessToken).get("/auth/verify").status, 401, 3000);
}

AEGIS_TEST(TestLogout)
#include "TestLogout.moc"
