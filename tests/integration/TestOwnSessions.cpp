#include "tests/integration/SecondFactors.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// The list of one's own sessions, and the end of one of them.
class TestOwnSessions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void listsWhereThePersonIsLoggedIn();
    void listsNobodyElses();
    void leavesOutWhatHasEndedOrExpired();
    void endsAnotherSessionAtOnce();
    void endsThePresentOneToo();
    void aSessionInAnotherOrganizationIsOnesOwn();
    void findsNothingElse_data();
    void findsNothingElse();
    void endsItOnceAmongMany();

private:
    QJsonArray listOf(const SignedUp &person) const
    {
        const TestReply reply = m_server->client().as(person.accessToken).get("/auth/sessions");
        if (reply.status != 200)
            qFatal("%s", reply.described().constData());
        return reply.json()[QLatin1String("sessions")].toArray();
    }
    static QByteArrayList idsOf(const QJsonArray &sessions)
    {
        QByteArrayList ids;
        for (const QJsonValue &session : sessions)
            ids.append(session[QLatin1String("id")].toString().toLatin1());
        return ids;
    }
    TestReply end(const SignedUp &person, const QByteArray &session) const
    {
        return m_server->client().as(person.accessToken).send("DELETE", "/auth/sessions/" + session);
    }

    std::unique_ptr<TestServer> m_server;
};

void TestOwnSessions::listsWhereThePersonIsLoggedIn()
{
    const SignedUp ada = m_server->signUp();
    m_server->advance(1min);
    const TestReply login = m_server->client()
                                .with("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
                                .post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));
    const SignedUp again = signedUpBy(login, ada.password);

    const QJsonArray sessions = listOf(ada);

    QCOMPARE(idsOf(sessions), (QByteArrayList{again.sessionId, ada.sessionId})); // the last used first
    QCOMPARE(sessions[0][QLatin1String("device")].toString(), QStringLiteral("Firefox on Linux"));
    QCOMPARE(sessions[0][QLatin1String("current")], QJsonValue(false));
    QCOMPARE(sessions[1][QLatin1String("current")], QJsonValue(true));
    QCOMPARE(sessions[0][QLatin1String("ipAddress")].toString(), QStringLiteral("127.0.0.1"));
    QCOMPARE(sessions[0][QLatin1String("createdAt")], sessions[0][QLatin1String("lastUsedAt")]);
    QVERIFY(!sessions[0][QLatin1String("expiresAt")].toString().isEmpty());
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})), 200, "");
    m_server->advance(1min);
    const TestReply refreshed = m_server->client().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));
    QCOMPARE(idsOf(listOf(ada)).first(), refreshed.text(QLatin1String("sessionId")));
}

void TestOwnSessions::listsNobodyElses()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    // A colleague in the same organization, whose sessions its policies show to the organization.
    m_server->sql("insert into aegis.user_role select organization_id, $2::uuid, role_id, now() from aegis.user_role where user_id = $1::uuid",
                  Text{ada.userId}, Text{bob.userId});
    m_server->sql("delete from aegis.user_role where user_id = $1::uuid and organization_id = $2::uuid", Text{bob.userId}, Text{bob.organizationId});
    const SignedUp colleague = m_server->logIn(bob);

    QCOMPARE(colleague.organizationId, ada.organizationId);
    QCOMPARE(idsOf(listOf(ada)), QByteArrayList{ada.sessionId});
    QCOMPARE(idsOf(listOf(colleague)), (QByteArrayList{colleague.sessionId, bob.sessionId}));
}

void TestOwnSessions::leavesOutWhatHasEndedOrExpired()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp loggedOut = m_server->logIn(ada);
    const SignedUp idle = m_server->logIn(ada);
    QVERIFY_REPLY(m_server->client().as(loggedOut.accessToken).post("/auth/logout"), 204, "");
    m_server->sql("update aegis.refresh_token set expires_at = $2 where session_id = $1::uuid", Text{idle.sessionId}, m_server->now() - 1s);

    QCOMPARE(idsOf(listOf(ada)), QByteArrayList{ada.sessionId});
}

void TestOwnSessions::endsAnotherSessionAtOnce()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp other = m_server->logIn(ada);

    const TestReply reply = end(ada, other.sessionId);

    QVERIFY_REPLY(reply, 204, "");
    QVERIFY_REPLY(m_server->client().as(other.accessToken).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", other.refreshToken}})), 401, "invalid_refresh_token");
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/verify"), 204, "");
    const Row event = m_server
                          ->sql("select type, payload ->> 'reason', session_id from aegis.event where correlation_id = $1::uuid",
                                Text{reply.field("X-Correlation-ID")})
                          .first();
    QCOMPARE(event.get<QByteArray>(0), QByteArray("RefreshTokenRevoked"));
    QCOMPARE(event.get<QByteArray>(1), QByteArray("revoked"));
    QCOMPARE(event.get<SessionId>(2).text(), other.sessionId);
}

void TestOwnSessions::endsThePresentOneToo()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(end(ada, ada.sessionId), 204, "");

    QVERIFY_REPLY(end(ada, ada.sessionId), 401, "invalid_token");
}

void TestOwnSessions::aSessionInAnotherOrganizationIsOnesOwn()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.organization set status = 'suspended' where id = $1::uuid", Text{ada.organizationId});
    const SignedUp elsewhere = m_server->logIn(ada); // in no organization
    QVERIFY(elsewhere.organizationId.isEmpty());

    QCOMPARE(idsOf(listOf(ada)).size(), 2);
    QVERIFY_REPLY(end(ada, elsewhere.sessionId), 204, "");
    QVERIFY_REPLY(m_server->client().as(elsewhere.accessToken).get("/auth/verify"), 401, "invalid_token");
}

void TestOwnSessions::findsNothingElse_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char *what : {"another person's", "a colleague's", "one that has ended", "one that never was"})
        QTest::newRow(what) << QByteArray(what);
}

void TestOwnSessions::findsNothingElse()
{
    QFETCH(QByteArray, what);
    const SignedUp ada = m_server->signUp();
    SignedUp bob = m_server->signUp();
    QByteArray session = bob.sessionId;
    if (what == "a colleague's") {
        m_server->sql("delete from aegis.user_role where user_id = $1::uuid", Text{bob.userId});
        m_server->sql("insert into aegis.user_role select organization_id, $2::uuid, role_id, now() from aegis.user_role where user_id = $1::uuid",
                      Text{ada.userId}, Text{bob.userId});
        bob = m_server->logIn(bob);
        QCOMPARE(bob.organizationId, ada.organizationId);
        session = bob.sessionId;
    } else if (what == "one that has ended") {
        const SignedUp over = m_server->logIn(ada);
        QVERIFY_REPLY(m_server->client().as(over.accessToken).post("/auth/logout"), 204, "");
        session = over.sessionId;
    } else if (what == "one that never was") {
        session = SessionId::make(m_server->now()).text();
    }
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = end(ada, session);

    QVERIFY_REPLY(reply, 404, "not_found");
    QVERIFY(!reply.json().contains(QLatin1String("detail")));
    QCOMPARE(m_server->rowCounts(), before);
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).get("/auth/verify"), 204, "");
}

void TestOwnSessions::endsItOnceAmongMany()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp other = m_server->logIn(ada);

    const auto replies = together(8, [&](int) { return end(ada, other.sessionId); });

    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.status == 204; }), 1);
    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.status == 404; }), 7);
    QCOMPARE(m_server->events(ada.tenantId()).count("RefreshTokenRevoked"), 1);
}

AEGIS_TEST(TestOwnSessions)
#include "TestOwnSessions.moc"
