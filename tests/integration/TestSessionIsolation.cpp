#include "server/jobs/Housekeeping.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

// What one tenant could do to the access of others: open sessions for them, end theirs, or undo what they ended. It is tried as
// the role that serves; what is really there is looked at as the superuser.
class TestSessionIsolation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void opensNoSessionForStrangers_data() { strangers(); }
    void opensNoSessionForStrangers();
    void addsNoRefreshTokenForStrangers_data() { strangers(); }
    void addsNoRefreshTokenForStrangers();
    void opensNoSessionInAnotherTenant();
    void opensSessionsForItsOwnPeople();
    void neverChangesWhoseASessionIs_data();
    void neverChangesWhoseASessionIs();
    void endsNobodyElsesSession();
    void endsTheSessionsOfWhoHasLeft();
    void endsNobodyElsesAccess_data();
    void endsNobodyElsesAccess();
    void endsTheAccessOfItsOwn_data();
    void endsTheAccessOfItsOwn();
    void keepsWhatOthersRevoked_data();
    void keepsWhatOthersRevoked();
    void clearsOnlyWhatHasExpired_data();
    void clearsOnlyWhatHasExpired();

private:
    static void strangers();
    static QByteArray sessionOf(const QByteArray &organization, const QByteArray &person);
    /// Somebody's organization without a person, as a job of that organization would be.
    static SignedUp organizationOf(const SignedUp &who)
    {
        SignedUp alone;
        alone.organizationId = who.organizationId;
        return alone;
    }
    QByteArray personCalled(const QByteArray &name) const
    {
        return name == "bob" ? m_bob.userId : name == "carol" ? m_carol.userId : QByteArray("0190a000-0000-7000-8000-000000000001");
    }
    qint64 count(const char *table, const QByteArray &condition, const QByteArray &value)
    {
        const QByteArray statement = QByteArray("select count(*) from aegis.") + table + " where " + condition + " = $1::uuid";
        return m_server->value<qint64>(Sql::composed(statement), Text{value});
    }

    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<ServingRole> m_serving;
    SignedUp m_ada, m_bob, m_carol;
};

void TestSessionIsolation::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    m_serving = std::make_unique<ServingRole>(*m_server);
    m_ada = m_server->signUp();
    m_bob = m_server->signUp();
    m_carol = m_server->registerPerson();
}

void TestSessionIsolation::cleanupTestCase()
{
    m_serving.reset();
    m_server.reset();
}

void TestSessionIsolation::strangers()
{
    QTest::addColumn<QByteArray>("person");
    QTest::newRow("the owner of another organization") << QByteArray("bob");
    QTest::newRow("somebody without an organization") << QByteArray("carol");
    QTest::newRow("nobody: the refusal does not tell") << QByteArray("nobody");
}

/// The statement that opens a session in an organization.
QByteArray TestSessionIsolation::sessionOf(const QByteArray &organization, const QByteArray &person)
{
    return "insert into aegis.session (tenant_id, id, user_id, organization_id, auth_methods, auth_time, created_at, expires_at) values ('"
        + organization + "', gen_random_uuid(), '" + person + "', '" + organization + "', '{pwd}', now(), now(), now() + '1 day')";
}

void TestSessionIsolation::opensNoSessionForStrangers()
{
    QFETCH(QByteArray, person);
    const QByteArray stranger = personCalled(person);
    const qint64 before = count("session", "user_id", stranger);

    for (const SignedUp &who : {organizationOf(m_ada), m_ada}) {
        const QByteArray outcome = m_serving->touched(who, sessionOf(m_ada.organizationId, stranger));
        QVERIFY2(outcome.contains("42501"), outcome.constData());
    }

    QCOMPARE(count("session", "user_id", stranger), before);
}

void TestSessionIsolation::addsNoRefreshTokenForStrangers()
{
    QFETCH(QByteArray, person);
    const QByteArray stranger = personCalled(person);
    const SignedUp eve = m_server->signUp();
    m_server->sql("delete from aegis.refresh_token where session_id = $1::uuid", Text{eve.sessionId});
    const QByteArray insert = "insert into aegis.refresh_token (tenant_id, session_id, user_id, generation, nonce, current_hash, rotated_at, "
                              "expires_at, session_expires_at) select '"
        + eve.organizationId + "', '" + eve.sessionId
        + "', $1::uuid, 1, decode(repeat('00', 16), 'hex'), sha256('x'), now(), now() + '1 day', now() + '1 day'";

    for (const SignedUp &who : {organizationOf(eve), eve}) {
        const QByteArray outcome = m_serving->touched(who, insert, stranger);
        QVERIFY2(outcome.contains("42501"), outcome.constData());
    }

    QCOMPARE(count("refresh_token", "session_id", eve.sessionId), qint64(0));
    QCOMPARE(m_serving->touched(organizationOf(eve), insert, eve.userId), QByteArray("1")); // for its own it may
}

void TestSessionIsolation::opensNoSessionInAnotherTenant()
{
    const qint64 before = count("session", "tenant_id", m_bob.organizationId);

    const QByteArray outcome = m_serving->touched(m_ada, sessionOf(m_bob.organizationId, m_ada.userId));

    QVERIFY2(outcome.contains("42501"), outcome.constData());
    QCOMPARE(count("session", "tenant_id", m_bob.organizationId), before);
}

void TestSessionIsolation::opensSessionsForItsOwnPeople()
{
    QCOMPARE(m_serving->touched(organizationOf(m_ada), sessionOf(m_ada.organizationId, m_ada.userId)), QByteArray("1"));
    QCOMPARE(m_serving->touched(m_ada, sessionOf(m_ada.organizationId, m_ada.userId)), QByteArray("1"));
}

void TestSessionIsolation::neverChangesWhoseASessionIs_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::newRow("a session's person") << QByteArray("update aegis.session set user_id = user_id");
    QTest::newRow("a session's tenant") << QByteArray("update aegis.session set tenant_id = tenant_id");
    QTest::newRow("a session's end at the latest") << QByteArray("update aegis.session set expires_at = now() + '9 years'");
    QTest::newRow("a token's person") << QByteArray("update aegis.refresh_token set user_id = user_id");
    QTest::newRow("a token's session") << QByteArray("update aegis.refresh_token set session_id = session_id");
    QTest::newRow("a token's end at the latest") << QByteArray("update aegis.refresh_token set session_expires_at = now() + '9 years'");
}

void TestSessionIsolation::neverChangesWhoseASessionIs()
{
    QFETCH(QByteArray, statement);

    const QByteArray outcome = m_serving->touched(m_ada, statement);

    QVERIFY2(outcome.contains("42501"), outcome.constData());
}

void TestSessionIsolation::endsNobodyElsesSession()
{
    const QByteArray end = "select aegis.end_session('" + m_bob.organizationId + "', $1::uuid, '" + m_bob.userId
        + "', 'logout', now(), gen_random_uuid(), now(), '[]')";

    m_serving->touched(m_ada, end, m_bob.sessionId);

    QVERIFY_REPLY(m_server->client().as(m_bob.accessToken).get("/auth/me"), 200, "");
    QVERIFY(m_server->value<bool>("select ended_at is null from aegis.session where id = $1::uuid", Text{m_bob.sessionId}));
}

void TestSessionIsolation::endsTheSessionsOfWhoHasLeft()
{
    const SignedUp eve = m_server->signUp();
    m_server->sql("delete from aegis.user_role where user_id = $1::uuid", Text{eve.userId});
    m_server->sql("update aegis.\"user\" set managed_by = null where id = $1::uuid", Text{eve.userId});
    const QByteArray end = "select aegis.end_session('" + eve.organizationId + "', $1::uuid, '" + eve.userId
        + "', 'revoked', now(), gen_random_uuid(), now() + '1 hour', '[]')";

    QCOMPARE(m_serving->touched(organizationOf(eve), end, eve.sessionId), QByteArray("1"));

    QCOMPARE(m_server->value<QByteArray>("select end_reason from aegis.session where id = $1::uuid", Text{eve.sessionId}), QByteArray("revoked"));
    QCOMPARE(count("revocation", "subject_id", eve.sessionId), qint64(1));
}

void TestSessionIsolation::endsNobodyElsesAccess_data()
{
    QTest::addColumn<QByteArray>("statement");
    const char *const row = "insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) values (gen_random_uuid(), '%1', $1::uuid, "
                            "now() + '1 minute', now() + '1 hour')";
    QTest::newRow("all sessions of a person") << QByteArray(
        "select aegis.end_every_session($1::uuid, 'revoked', now(), gen_random_uuid(), now() + '1 hour', '[]')");
    QTest::newRow("the same, as the version before does")
        << QByteArray("select aegis.end_all_sessions($1::uuid, 'revoked', now(), gen_random_uuid(), now() + '1 hour', '[]')");
    QTest::newRow("a person, by hand") << QByteArray(row).replace("%1", "user");
    QTest::newRow("an organization, by hand") << QByteArray(row).replace("%1", "organization");
}

void TestSessionIsolation::endsNobodyElsesAccess()
{
    QFETCH(QByteArray, statement);
    const QByteArray victim = statement.contains("'organization'") ? m_bob.organizationId : m_bob.userId;

    for (const SignedUp &who : {organizationOf(m_ada), m_ada, m_carol, SignedUp()}) {
        const QByteArray outcome = m_serving->touched(who, statement, victim);
        QVERIFY2(outcome.contains("42501"), outcome.constData());
    }

    QCOMPARE(count("revocation", "subject_id", victim), qint64(0));
    QVERIFY_REPLY(m_server->client().as(m_bob.accessToken).get("/auth/me"), 200, "");
}

void TestSessionIsolation::endsTheAccessOfItsOwn_data()
{
    QTest::addColumn<bool>("byOrganization");
    QTest::addColumn<QByteArray>("kind");
    QTest::newRow("a person its own") << false << QByteArray("user");
    QTest::newRow("an organization that of an account it manages") << true << QByteArray("user");
    QTest::newRow("an organization its own") << true << QByteArray("organization");
}

void TestSessionIsolation::endsTheAccessOfItsOwn()
{
    QFETCH(bool, byOrganization);
    QFETCH(QByteArray, kind);
    const SignedUp eve = m_server->signUp();
    const QByteArray insert = "insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) values (gen_random_uuid(), '" + kind
        + "', $1::uuid, now() + '1 minute', now() + '1 hour')";
    QVERIFY_REPLY(m_server->client().as(eve.accessToken).get("/auth/verify"), 204, "");

    const QByteArray outcome = m_serving->touched(byOrganization ? organizationOf(eve) : eve, insert,
                                                  kind == "user" ? eve.userId : eve.organizationId);

    QCOMPARE(outcome, QByteArray("1"));
    QTRY_COMPARE_WITH_TIMEOUT(m_server->client().as(eve.accessToken).get("/auth/verify").status, 401, 3000);
}

void TestSessionIsolation::keepsWhatOthersRevoked_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::newRow("deleting") << QByteArray("delete from aegis.revocation");
    QTest::newRow("deleting one") << QByteArray("delete from aegis.revocation where expires_at > now()");
    QTest::newRow("changing") << QByteArray("update aegis.revocation set expires_at = now()");
    QTest::newRow("taking them all") << QByteArray("truncate aegis.revocation");
}

void TestSessionIsolation::keepsWhatOthersRevoked()
{
    QFETCH(QByteArray, statement);
    const SignedUp eve = m_server->signUp();
    QVERIFY_REPLY(m_server->client().as(eve.accessToken).post("/auth/logout", {}), 204, "");
    QCOMPARE(count("revocation", "subject_id", eve.sessionId), qint64(1));

    for (const SignedUp &who : {organizationOf(m_ada), m_ada, eve, SignedUp()}) {
        const QByteArray outcome = m_serving->touched(who, statement);
        QVERIFY2(outcome == "0" || outcome.contains("42501"), outcome.constData());
    }

    QCOMPARE(count("revocation", "subject_id", eve.sessionId), qint64(1));
}

void TestSessionIsolation::clearsOnlyWhatHasExpired_data()
{
    QTest::addColumn<std::chrono::microseconds>("ahead");
    QTest::newRow("in time") << std::chrono::microseconds(0);
    QTest::newRow("by a clock that is ahead") << std::chrono::microseconds(9h);
}

void TestSessionIsolation::clearsOnlyWhatHasExpired()
{
    QFETCH(std::chrono::microseconds, ahead);
    const QByteArray past("0190a000-0000-7000-8000-0000000000aa"), live("0190a000-0000-7000-8000-0000000000bb");
    const auto add = [&](const QByteArray &subject, const char *expires) {
        m_server->sql("insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) "
                      "values (gen_random_uuid(), 'token', $1::uuid, now(), now() + $2::interval)",
                      Text{subject}, Text{expires});
    };
    add(past, "-1 second");
    add(live, "1 hour");

    QVERIFY_RESULT(keepHouse(m_serving->session(), m_server->now() + ahead));

    QCOMPARE(count("revocation", "subject_id", past), qint64(0));
    QCOMPARE(count("revocation", "subject_id", live), qint64(1));
    m_server->sql("delete from aegis.revocation where subject_id = $1::uuid", Text{live});
}

AEGIS_TEST(TestSessionIsolation)
#include "TestSessionIsolation.moc"
