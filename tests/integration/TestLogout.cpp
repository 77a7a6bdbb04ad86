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
    void endsBothSessionsOrNone_data();
    void endsBothSessionsOrNone();
    void recordsOnlyTheSessionThatItEnded();
    void endsItsOwnWhateverComesWithIt_data();
    void endsItsOwnWhateverComesWithIt();
    void endsTheSessionOfAnExpiredRefreshTokenToo();
    void endsEverySessionOfThePerson();
    void cannotBeRepeated();
    void recordsWhoAndWhere();

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
    QCOMPARE(m_server->events(ada.organizationId).last(3), (QByteArrayList{"UserLogout", "RefreshTokenRevoked", "RefreshTokenRevoked"}));
    QCOMPARE(m_server->value<qint64>("select count(distinct session_id) from aegis.event where tenant_id = $1::uuid and type = "
                                     "'RefreshTokenRevoked' and session_id = subject_id and session_id in ($2::uuid, $3::uuid)",
                                     Text{ada.organizationId}, Text{ada.sessionId}, Text{elsewhere.sessionId}),
             qint64(2));
    QCOMPARE(m_server->value<QByteArray>("select session_id::text from aegis.event where tenant_id = $1::uuid and type = 'UserLogout'",
                                         Text{ada.organizationId}),
             ada.sessionId);
}

void TestLogout::endsBothSessionsOrNone_data()
{
    QTest::addColumn<bool>("failsAtItsOwn");
    QTest::newRow("its own cannot be ended") << true;
    QTest::newRow("the other cannot be ended") << false;
}

void TestLogout::endsBothSessionsOrNone()
{
    QFETCH(bool, failsAtItsOwn);
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    const QByteArrayList before = m_server->events(ada.organizationId);
    const QByteArray trigger = "create trigger keep before update on aegis.session for each row when (old.id = '"
        + (failsAtItsOwn ? ada : elsewhere).sessionId + "') execute function public.fail()";
    m_server->sql("create or replace function public.fail() returns trigger language plpgsql as $$ begin raise 'by the test'; end $$");
    m_server->sql(Sql::composed(trigger));

    const TestReply reply = logout(ada, textObject({{"refreshToken", elsewhere.refreshToken}}));
    m_server->sql("drop trigger keep on aegis.session");

    QVERIFY_REPLY(reply, 500, "internal");
    verifyOpen(ada);
    verifyOpen(elsewhere);
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", elsewhere.refreshToken}})), 200, "");
    QCOMPARE(m_server->events(ada.organizationId), before + QByteArrayList{"TokenRefreshed"});
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.revocation where subject_id in ($1::uuid, $2::uuid)", Text{ada.sessionId},
                                     Text{elsewhere.sessionId}),
             qint64(0));
}

void TestLogout::recordsOnlyTheSessionThatItEnded()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    QVERIFY_REPLY(logout(elsewhere, {}), 204, "");

    QVERIFY_REPLY(logout(ada, textObject({{"refreshToken", elsewhere.refreshToken}})), 204, "");

    verifyEnded(ada, "logout");
    verifyEnded(elsewhere, "logout");
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

void TestLogout::endsItsOwnWhateverComesWithIt_data()
{
    QTest::addColumn<QByteArray>("whose");
    QTest::addColumn<bool>("allDevices");
    for (const bool allDevices : {false, true}) {
        const char *const suffix = allDevices ? ", all devices" : "";
        QTest::addRow("another person's%s", suffix) << QByteArray("bob") << allDevices;
        QTest::addRow("an access token%s", suffix) << QByteArray("access") << allDevices;
        QTest::addRow("no token%s", suffix) << QByteArray("garbage") << allDevices;
    }
}

void TestLogout::endsItsOwnWhateverComesWithIt()
{
    QFETCH(QByteArray, whose);
    QFETCH(bool, allDevices);
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    const SignedUp bob = m_server->signUp();
    QJsonObject request = textObject({{"refreshToken", whose == "bob" ? bob.refreshToken : whose == "access" ? ada.accessToken : QByteArray("x")}});
    request.insert(QStringLiteral("allDevices"), allDevices);

    QVERIFY_REPLY(logout(ada, request), 204, "");

    verifyEnded(ada, allDevices ? "logout_all" : "logout");
    if (allDevices)
        verifyEnded(elsewhere, "logout_all");
    else
        verifyOpen(elsewhere);
    verifyOpen(bob);
    QCOMPARE(m_server->events(ada.organizationId).last(2), (QByteArrayList{"UserLogout", "RefreshTokenRevoked"}));
    QCOMPARE(m_server->events(bob.organizationId).size(), 5);
}

void TestLogout::endsTheSessionOfAnExpiredRefreshTokenToo()
{
    TestServer server;
    const SignedUp ada = server.signUp();
    server.advance(8 * 24h);
    const SignedUp again = server.logIn(ada);

    QVERIFY_REPLY(server.client().as(again.accessToken).post("/auth/logout", textObject({{"refreshToken", ada.refreshToken}})), 204, "");

    QVERIFY_REPLY(server.client().as(again.accessToken).get("/auth/verify"), 401, "invalid_token");
    QCOMPARE(server.value<qint64>("select count(*) from aegis.session where ended_at is null"), qint64(0));
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

AEGIS_TEST(TestLogout)
#include "TestLogout.moc"
