#include "tests/integration/Clients.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// `POST /oauth/revoke` (RFC 7009).
class TestTokenRevocation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void anAccessTokenEndsAlone();
    void aRefreshTokenEndsItsSession();
    void aRotatedRefreshTokenEndsItsSession();
    void whatIsUnknownIsPassedOver_data();
    void whatIsUnknownIsPassedOver();
    void aProgramOfOneOrganizationRevokesNoOther();
    void manyAtOnceRevokeOnce_data();
    void manyAtOnceRevokeOnce();
    void otherInstancesHearOfIt();
    void whoRepeatsItTellsThatInstance();
    void isLimitedByProgramAndAddress();

private:
    int verify(const QByteArray &accessToken) const { return m_server->client().as(accessToken).get("/auth/verify").status; }
    TestReply refresh(const QByteArray &token) const { return m_server->client().post("/auth/refresh", textObject({{"refreshToken", token}})); }

    std::unique_ptr<TestServer> m_server;
    TestProgram m_program;
};

void TestTokenRevocation::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    m_program = makeProgram(*m_server, QStringLiteral("gateway"));
}

void TestTokenRevocation::anAccessTokenEndsAlone()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp other = m_server->logIn(ada);

    const TestReply reply = m_program.revoke(*m_server, ada.accessToken);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.body, QByteArray());
    QCOMPARE(verify(ada.accessToken), 401);
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/me"), 401, "invalid_token");
    QCOMPARE(verify(other.accessToken), 204);
    const TestReply rotated = refresh(ada.refreshToken);
    QVERIFY_REPLY(rotated, 200, ""); // the session goes on
    QCOMPARE(verify(rotated.text(QLatin1String("accessToken"))), 204);
    const Row row = m_server
                        ->sql(
                            "select actor_id is null, session_id, payload->>'clientId', payload->>'tokenType', payload->>'tokenId' from aegis.event "
                            "where type = 'TokenRevoked' and tenant_id = $1::uuid",
                            Text{ada.organizationId})
                        .first();
    QVERIFY(row.get<bool>(0));
    QCOMPARE(row.get<SessionId>(1).text(), ada.sessionId);
    QCOMPARE(row.get<QByteArray>(2), m_program.id);
    QCOMPARE(row.get<QByteArray>(3), QByteArray("access_token"));
    // It outlives the token, also by the clock of an instance that is a little behind.
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.revocation where kind = 'token' and subject_id = $1::uuid "
                                     "and expires_at > not_before + interval '15 minutes'",
                                     Text{row.get<QByteArray>(4)}),
             qint64(1));
}

void TestTokenRevocation::aRefreshTokenEndsItsSession()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp other = m_server->logIn(ada);

    QVERIFY_REPLY(m_program.revoke(*m_server, ada.refreshToken), 200, "");

    QCOMPARE(verify(ada.accessToken), 401);
    QVERIFY_REPLY(refresh(ada.refreshToken), 401, "invalid_refresh_token");
    QCOMPARE(verify(other.accessToken), 204);
    QCOMPARE(m_server->value<QString>("select end_reason from aegis.session where id = $1::uuid", Text{ada.sessionId}), QStringLiteral("revoked"));
    QCOMPARE(m_server->value<QString>("select string_agg(type || ' ' || coalesce(payload->>'reason', payload->>'tokenType'), ',' order by id) "
                                      "from aegis.event where session_id = $1::uuid and type in ('TokenRevoked', 'RefreshTokenRevoked')",
                                      Text{ada.sessionId}),
             QStringLiteral("TokenRevoked refresh_token,RefreshTokenRevoked revoked"));
}

void TestTokenRevocation::aRotatedRefreshTokenEndsItsSession()
{
    const SignedUp ada = m_server->signUp();
    const TestReply rotated = refresh(ada.refreshToken);
    QCOMPARE(rotated.status, 200);

    QVERIFY_REPLY(m_program.revoke(*m_server, ada.refreshToken), 200, "");

    QVERIFY_REPLY(refresh(rotated.text(QLatin1String("refreshToken"))), 401, "invalid_refresh_token");
    QCOMPARE(verify(rotated.text(QLatin1String("accessToken"))), 401);
}

void TestTokenRevocation::whatIsUnknownIsPassedOver_data()
{
    QTest::addColumn<QByteArray>("token");
    const SignedUp ended = m_server->signUp();
    QCOMPARE(m_server->client().as(ended.accessToken).post("/auth/logout").status, 204);
    const std::unique_ptr<TestServer> elsewhere = m_server->another({{"JWT_ISSUER", "https://other.example"}});
    const SignedUp there = elsewhere->logIn(ended);
    QTest::newRow("garbage") << QByteArray("garbage");
    QTest::newRow("of no algorithm") << QByteArray("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.");
    QTest::newRow("an access token that has ended") << ended.accessToken;
    QTest::newRow("a refresh token that has ended") << ended.refreshToken;
    QTest::newRow("an access token of another issuer") << there.accessToken;
    QTest::newRow("a refresh token of another issuer") << there.refreshToken;
}

void TestTokenRevocation::whatIsUnknownIsPassedOver()
{
    QFETCH(QByteArray, token);
    const QByteArray before = m_server->rowCounts();

    for (const QByteArray hint : {"", "&token_type_hint=refresh_token", "&token_type_hint=nonsense"})
        QVERIFY_REPLY(m_program.revoke(*m_server, token + hint), 200, ""); // RFC 7009, 2.2

    QCOMPARE(m_server->rowCounts(), before);
}

void TestTokenRevocation::aProgramOfOneOrganizationRevokesNoOther()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    const TestProgram ofBob = makeProgram(*m_server, QStringLiteral("bob's"), QString::fromUtf8(bob.slug));
    const QByteArray before = m_server->rowCounts();

    QVERIFY_REPLY(ofBob.revoke(*m_server, ada.accessToken), 200, "");
    QVERIFY_REPLY(ofBob.revoke(*m_server, ada.refreshToken), 200, "");

    QCOMPARE(m_server->rowCounts(), before);
    QCOMPARE(verify(ada.accessToken), 204);
    QVERIFY_REPLY(ofBob.revoke(*m_server, bob.refreshToken), 200, "");
    QCOMPARE(verify(bob.accessToken), 401);
}

void TestTokenRevocation::manyAtOnceRevokeOnce_data()
{
    QTest::addColumn<bool>("isAccess");
    QTest::newRow("an access token") << true;
    QTest::newRow("a refresh token") << false;
}

void TestTokenRevocation::manyAtOnceRevokeOnce()
{
    QFETCH(const bool, isAccess);
    const SignedUp ada = m_server->signUp();
    const QByteArray token = isAccess ? ada.accessToken : ada.refreshToken;

    const auto statuses = together(16, [&](int i) {
        if (i % 4 == 3 && !isAccess) { // and a rotation in between, which comes too soon or too late
            const int status = refresh(token).status;
            return status == 401 ? 200 : status;
        }
        return m_program.revoke(*m_server, token).status;
    });

    QCOMPARE(std::count(statuses.begin(), statuses.end(), 200), 16);
    QCOMPARE(verify(ada.accessToken), 401);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where type = 'TokenRevoked' and session_id = $1::uuid", Text{ada.sessionId}),
             qint64(1));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where id = $1::uuid and ended_at is not null", Text{ada.sessionId}),
             qint64(isAccess ? 0 : 1));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.refresh_token where session_id = $1::uuid", Text{ada.sessionId}),
             qint64(isAccess ? 1 : 0));
}

void TestTokenRevocation::otherInstancesHearOfIt()
{
    const auto other = m_server->another();
    const SignedUp ada = m_server->signUp();
    QCOMPARE(other->client().as(ada.accessToken).get("/auth/verify").status, 204);

    QVERIFY_REPLY(m_program.revoke(*m_server, ada.accessToken), 200, "");

    QTRY_COMPARE(other->client().as(ada.accessToken).get("/auth/verify").status, 401);
    QCOMPARE(m_program.introspect(*other, ada.accessToken).body, QByteArray(R"({"active":false})"));
}

/// Its first answer was lost, and the program asks another instance, which has not heard of it.
void TestTokenRevocation::whoRepeatsItTellsThatInstance()
{
    const auto slow = m_server->another({{"REVOCATION_POLL", "1m"}, {"REVOCATION_MAX_AGE", "5m"}, {"DATABASE_PGBOUNCER", "on"}}); // hears no NOTIFY
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(m_program.revoke(*m_server, ada.accessToken), 200, "");
    QCOMPARE(slow->client().as(ada.accessToken).get("/auth/verify").status, 204);

    QVERIFY_REPLY(m_program.revoke(*slow, ada.accessToken), 200, "");

    QCOMPARE(slow->client().as(ada.accessToken).get("/auth/verify").status, 401);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where type = 'TokenRevoked' and session_id = $1::uuid", Text{ada.sessionId}),
             qint64(1));
}

void TestTokenRevocation::isLimitedByProgramAndAddress()
{
    TestServer server({{"RATE_LIMIT_CLIENT", "3/1m"}, {"TRUSTED_PROXIES", "127.0.0.1"}});
    const TestProgram one = makeProgram(server, QStringLiteral("one"));
    const TestProgram two = makeProgram(server, QStringLiteral("two"));
    const auto ask = [&](const TestProgram &program, const char *address) {
        return program.of(server).with("X-Forwarded-For", address).send("POST", "/oauth/introspect", "token=x");
    };

    for (int i = 0; i < 3; ++i)
        QVERIFY_REPLY(ask(one, "192.0.2.1"), 200, "");
    const TestReply byAddress = ask(two, "192.0.2.1"); // another program from there
    const TestReply byProgram = ask(one, "192.0.2.2"); // the same one from elsewhere
    const TestReply neither = ask(two, "192.0.2.3");

    for (const TestReply &refused : {byAddress, byProgram}) {
        QVERIFY_REPLY(refused, 429, "rate_limited");
        QCOMPARE(refused.text(QLatin1String("error")), QByteArray("temporarily_unavailable"));
        QVERIFY(!refused.field("Retry-After").isEmpty());
    }
    QVERIFY_REPLY(neither, 200, "");
    QVERIFY(neither.field("RateLimit").startsWith("\"client\";r=2"));
    // Who guesses does not use up the program's calls.
    const TestProgram guess{two.id, QByteArray(43, 'x')};
    for (int i = 0; i < 3; ++i)
        QVERIFY_REPLY(ask(guess, "192.0.2.4"), 401, "invalid_client");
    QVERIFY_REPLY(ask(guess, "192.0.2.4"), 429, "rate_limited");
    QVERIFY_REPLY(ask(two, "192.0.2.5"), 200, "");
}

AEGIS_TEST(TestTokenRevocation)
#include "TestTokenRevocation.moc"
