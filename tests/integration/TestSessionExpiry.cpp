#include "server/jobs/Housekeeping.h"
#include "server/sessions/SessionExpiry.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/TestMain.h"

#include <thread>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// What the housekeeping does about sessions that nobody can use any more.
class TestSessionExpiry : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_server = std::make_unique<TestServer>(); }
    void cleanup() { m_server.reset(); }
    void endsWhatNobodyUses();
    void endsWhatHasLastedTooLong();
    void leavesTheOthersAlone();
    void endsManyInPages();
    void writesOneEventAmongTwoInstances();
    void onlyOneInstanceHasTheLease();
    void revokesWhatIsStillAlive();
    void deletesWhatEndedLongAgo();
    void anOpenSessionCannotBeDeleted();

private:
    QByteArray endReason(const SignedUp &person)
    {
        return m_server->value<std::optional<QByteArray>>("select end_reason from aegis.session where id = $1::uuid", Text{person.sessionId})
            .value_or("open");
    }
    qint64 expiredEvents() { return m_server->value<qint64>("select count(*) from aegis.event where type = 'SessionExpired'"); }

    std::unique_ptr<TestServer> m_server;
};

void TestSessionExpiry::endsWhatNobodyUses()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->registerPerson();

    m_server->advance(24h * 7 + 1s);

    for (const SignedUp &person : {ada, bob}) {
        QCOMPARE(endReason(person), QByteArray("expired"));
        QCOMPARE(m_server->value<qint64>("select count(*) from aegis.refresh_token where session_id = $1::uuid", Text{person.sessionId}), qint64(0));
        const Row event = m_server
                              ->sql("select payload ->> 'reason', session_id, actor_id, organization_id, payload ->> 'lastUsedAt' from aegis.event "
                                    "where tenant_id = $1::uuid and type = 'SessionExpired'",
                                    Text{person.tenantId()})
                              .first();
        QCOMPARE(event.get<QByteArray>(0), QByteArray("idle"));
        QCOMPARE(event.get<SessionId>(1).text(), person.sessionId);
        QVERIFY(event.isNull(2)); // the server's own doing
        QCOMPARE(event.isNull(3), person.organizationId.isEmpty());
        QVERIFY(!event.isNull(4));
    }
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})), 401, "invalid_refresh_token");
}

void TestSessionExpiry::endsWhatHasLastedTooLong()
{
    SignedUp ada = m_server->signUp();
    for (int week = 0; week < 5; ++week) { // used all the time
        m_server->advance(24h * 6);
        const TestReply refreshed = m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}}));
        if (week < 4)
            QVERIFY_REPLY(refreshed, 200, "");
        ada.refreshToken = refreshed.text(QLatin1String("refreshToken"));
    }
    m_server->advance(1s);

    QCOMPARE(endReason(ada), QByteArray("expired"));
    QCOMPARE(m_server->value<QByteArray>("select payload ->> 'reason' from aegis.event where session_id = $1::uuid and type = 'SessionExpired'",
                                         Text{ada.sessionId}),
             QByteArray("absolute"));
}

void TestSessionExpiry::leavesTheOthersAlone()
{
    const SignedUp ada = m_server->signUp();
    m_server->advance(24h * 6);
    const SignedUp later = m_server->logIn(ada);
    const SignedUp loggedOut = m_server->logIn(ada);
    QVERIFY_REPLY(m_server->client().as(loggedOut.accessToken).post("/auth/logout"), 204, "");

    m_server->advance(24h * 2);

    QCOMPARE(endReason(ada), QByteArray("expired"));
    QCOMPARE(endReason(later), QByteArray("open"));
    QCOMPARE(endReason(loggedOut), QByteArray("logout"));
    QCOMPARE(expiredEvents(), qint64(1));
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", later.refreshToken}})), 200, "");
}

void TestSessionExpiry::endsManyInPages()
{
    std::vector<SignedUp> people;
    for (int i = 0; i < 3; ++i) {
        people.push_back(m_server->signUp());
        for (int more = 0; more < 4; ++more)
            m_server->logIn(people.back());
    }
    DatabaseSession session(m_server->database().serving);
    SessionExpiry expiry(session, {.rowsATime = 2});
    const Instant later = m_server->now() + 24h * 7 + 1min;

    const auto ended = expiry.endExpired(later);
    const auto again = expiry.endExpired(later);

    QVERIFY_RESULT(ended);
    QCOMPARE(*ended, qint64(15));
    QVERIFY_RESULT(again);
    QCOMPARE(*again, qint64(0));
    QCOMPARE(expiredEvents(), qint64(15));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.refresh_token"), qint64(0));
}

void TestSessionExpiry::writesOneEventAmongTwoInstances()
{
    for (int i = 0; i < 6; ++i)
        m_server->signUp();
    const Instant later = m_server->now() + 24h * 7 + 1min;
    const auto run = [&] { // without the lease, which only spares the work
        DatabaseSession session(m_server->database().serving);
        return SessionExpiry(session, {.rowsATime = 3}).endExpired(later);
    };
    Result<qint64> one = qint64(0), other = qint64(0);
    std::thread first([&] { one = run(); });
    std::thread second([&] { other = run(); });
    first.join();
    second.join();

    QVERIFY_RESULT(one);
    QVERIFY_RESULT(other);
    QCOMPARE(*one + *other, qint64(6));
    QCOMPARE(expiredEvents(), qint64(6));
}

void TestSessionExpiry::onlyOneInstanceHasTheLease()
{
    const SignedUp ada = m_server->signUp();
    DatabaseSession session(m_server->database().serving);
    const QUuid mine = makeUuid7(m_server->now()), another = makeUuid7(m_server->now());
    const Instant later = m_server->now() + 24h * 8;
    QVERIFY_RESULT(keepHouse(session, later - 10min - 24h * 7, {.instance = another})); // which then was killed

    QVERIFY_RESULT(keepHouse(session, later - 24h * 7, {.instance = mine}));
    m_server->sql("update aegis.refresh_token set expires_at = $1", later - 24h * 7);
    QVERIFY_RESULT(keepHouse(session, later - 24h * 7 + 1min, {.instance = mine}));
    QCOMPARE(endReason(ada), QByteArray("open"));
    QVERIFY_RESULT(keepHouse(session, later - 24h * 7 + 6min, {.instance = mine})); // the other's time is over

    QCOMPARE(endReason(ada), QByteArray("expired"));
}

// SESSION_IDLE_LIFETIME may be shorter than an access token lives.
void TestSessionExpiry::revokesWhatIsStillAlive()
{
    TestServer server(Environment{{"SESSION_IDLE_LIFETIME", "1m"}});
    const SignedUp ada = server.signUp();
    server.advance(61s);

    QCOMPARE(server.value<QByteArray>("select end_reason from aegis.session where id = $1::uuid", Text{ada.sessionId}), QByteArray("expired"));
    QTRY_COMPARE(server.client().as(ada.accessToken).get("/auth/verify").status, 401);
    // Where nothing is alive any more nothing is to be remembered.
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.revocation"), qint64(0));
    m_server->signUp();
    m_server->advance(24h * 8);
    QCOMPARE(expiredEvents(), qint64(1));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.revocation"), qint64(0));
}

void TestSessionExpiry::deletesWhatEndedLongAgo()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp open = m_server->logIn(ada);
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).post("/auth/logout"), 204, "");
    const auto rows = [&](const SignedUp &person) {
        return m_server->value<qint64>("select count(*) from aegis.session where id = $1::uuid", Text{person.sessionId});
    };
    DatabaseSession session(m_server->database().serving);
    SessionExpiry expiry(session, {.retention = 24h, .rowsATime = 1});

    QVERIFY_RESULT(expiry.removeDead(m_server->now() + 23h));
    QCOMPARE(rows(ada), qint64(1));
    const auto removed = expiry.removeDead(m_server->now() + 25h);

    QVERIFY_RESULT(removed);
    QCOMPARE(*removed, qint64(1));
    QCOMPARE(rows(ada), qint64(0));
    QCOMPARE(rows(open), qint64(1));
    QVERIFY(m_server->events(ada.tenantId()).contains("UserLogout")); // the trail stays
}

void TestSessionExpiry::anOpenSessionCannotBeDeleted()
{
    const SignedUp ada = m_server->signUp();
    ServingRole role(*m_server);

    QCOMPARE(role.touched(ada, "delete from aegis.session where id = $1::uuid", ada.sessionId), QByteArray("0"));
}

AEGIS_TEST(TestSessionExpiry)
#include "TestSessionExpiry.moc"
