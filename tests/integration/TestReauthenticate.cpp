#include "tests/integration/SecondFactors.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Proving again who one is, in the session that one has.
class TestReauthenticate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void makesTheLoginYoung();
    void refusesAWrongPassword();
    void needsTheSecondFactorOfWhoHasOne();
    void usesTheCodeUp();
    void refusesAnAccountThatIsNotActive();
    void aSessionThatHasEndedStaysEnded();
    void givesNothingThatARefreshWouldRefuse_data();
    void givesNothingThatARefreshWouldRefuse();

private:
    TestReply prove(const SignedUp &person, const QJsonObject &body) const
    {
        return m_server->client().as(person.accessToken).post("/auth/reauthenticate", body);
    }

    std::unique_ptr<TestServer> m_server;
};

void TestReauthenticate::makesTheLoginYoung()
{
    const SignedUp ada = m_server->signUp();
    m_server->advance(11min);
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).post("/auth/mfa/enable"), 403, "reauthentication_required");

    const TestReply reply = prove(ada, textObject({{"password", ada.password}}));

    QVERIFY_REPLY(reply, 200, "");
    const QByteArray token = reply.text(QLatin1String("accessToken"));
    QCOMPARE(reply.text(QLatin1String("sessionId")), ada.sessionId);
    QCOMPARE(claimIn(token, QLatin1String("sid")), ada.sessionId);
    QCOMPARE(claimIn(token, QLatin1String("amr")), QByteArray("pwd"));
    QCOMPARE(claimIn(token, QLatin1String("roles")), QByteArray("ORGANIZATION_OWNER"));
    QVERIFY(claimIn(token, QLatin1String("auth_time")).toLongLong() >= toUnixSeconds(m_server->now()) - 5);
    QVERIFY_REPLY(m_server->client().as(token).post("/auth/mfa/enable"), 200, "");
    QCOMPARE(m_server->events(ada.tenantId()).last(), QByteArray("UserReauthenticated"));
    // The session knows it: the next tokens say it too.
    const TestReply refreshed = m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}}));
    QCOMPARE(claimIn(refreshed.text(QLatin1String("accessToken")), QLatin1String("auth_time")), claimIn(token, QLatin1String("auth_time")));
}

void TestReauthenticate::refusesAWrongPassword()
{
    const SignedUp ada = m_server->signUp();
    m_server->advance(11min);

    QVERIFY_REPLY(prove(ada, textObject({{"password", "Not-The-Password-1"}})), 401, "invalid_credentials");

    QCOMPARE(m_server->events(ada.tenantId()).last(), QByteArray("UserLoginFailed"));
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).post("/auth/mfa/enable"), 403, "reauthentication_required");
    const TestReply refreshed = m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}}));
    QVERIFY_REPLY(m_server->client().as(refreshed.text(QLatin1String("accessToken"))).post("/auth/mfa/enable"), 403, "reauthentication_required");
}

void TestReauthenticate::needsTheSecondFactorOfWhoHasOne()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    QVERIFY_REPLY(prove(ada.person, textObject({{"password", ada.person.password}})), 422, "validation_failed");
    QVERIFY_REPLY(prove(ada.person, textObject({{"password", ada.person.password}, {"code", "000000"}})), 403, "invalid_mfa_code");
    QVERIFY_REPLY(prove(ada.person, textObject({{"password", "Not-The-Password-1"}, {"code", ada.code(*m_server, 1)}})), 401, "invalid_credentials");
    const TestReply reply = prove(ada.person, textObject({{"password", ada.person.password}, {"code", ada.code(*m_server, 1)}}));

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(claimIn(reply.text(QLatin1String("accessToken")), QLatin1String("amr")), QByteArray("pwd,otp"));
}

void TestReauthenticate::usesTheCodeUp()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QJsonObject body = textObject({{"password", ada.person.password}, {"backupCode", ada.backupCodes[2]}});

    QVERIFY_REPLY(prove(ada.person, body), 200, "");
    QVERIFY_REPLY(prove(ada.person, body), 403, "invalid_mfa_code");

    QCOMPARE(m_server->events(ada.person.tenantId()).mid(7), (QByteArrayList{"UserReauthenticated", "BackupCodeUsed", "MfaChallengeFailed"}));
}

void TestReauthenticate::refusesAnAccountThatIsNotActive()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.user set status = 'suspended' where id = $1::uuid", Text{ada.userId});

    QVERIFY_REPLY(prove(ada, textObject({{"password", ada.password}})), 401, "invalid_credentials");
    QCOMPARE(m_server->events(ada.tenantId()).count("UserReauthenticated"), 0);
}

void TestReauthenticate::aSessionThatHasEndedStaysEnded()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.session set ended_at = now(), end_reason = 'logout' where id = $1::uuid", Text{ada.sessionId});

    QVERIFY_REPLY(prove(ada, textObject({{"password", ada.password}})), 401, "invalid_token");
    QCOMPARE(m_server->events(ada.tenantId()).count("UserReauthenticated"), 0);
}

void TestReauthenticate::givesNothingThatARefreshWouldRefuse_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::newRow("the organization is suspended") << QByteArray(
        "update aegis.organization set status = 'suspended' where id = (select organization_id from aegis.session where id = $1::uuid)");
    QTest::newRow("the refresh token has expired") << QByteArray("update aegis.refresh_token set expires_at = $2 where session_id = $1::uuid");
    QTest::newRow("the session has expired") << QByteArray("update aegis.session set expires_at = $2 where id = $1::uuid");
}

void TestReauthenticate::givesNothingThatARefreshWouldRefuse()
{
    QFETCH(QByteArray, change);
    const SignedUp ada = m_server->signUp();
    m_server->advance(5min);
    const Instant now = m_server->now();
    if (change.contains("$2"))
        m_server->sql(Sql::composed(change), Text{ada.sessionId}, now);
    else
        m_server->sql(Sql::composed(change), Text{ada.sessionId});

    QVERIFY_REPLY(prove(ada, textObject({{"password", ada.password}})), 401, "invalid_token");

    QVERIFY(m_server->value<bool>("select auth_time < $2 - interval '4 minutes' from aegis.session where id = $1::uuid", Text{ada.sessionId}, now));
    QCOMPARE(m_server->events(ada.tenantId()).count("UserReauthenticated"), 0);
}

AEGIS_TEST(TestReauthenticate)
#include "TestReauthenticate.moc"
