#include "server/passwords/PasswordHasher.h"
#include "tests/integration/SecondFactors.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// A login in two halves.
class TestMfaLogin : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void demandsTheSecondFactor();
    void opensASessionWithACode();
    void opensASessionWithABackupCode();
    void aWrongPasswordSaysNothingOfTheFactor();
    void aCodeWorksOnce();
    void anOlderCodeDoesNotWorkAfterANewerOne();
    void aBackupCodeWorksOnce();
    void theBackupCodeOfAnotherIsNone();
    void theTokenWorksOnce();
    void refusesTokensAlike_data();
    void refusesTokensAlike();
    void aWrongCodeLeavesTheToken();
    void tooManyWrongCodesMakeAPause();
    void theCountIsOverAllTokens();
    void aRightCodeEndsTheCount();
    void countsAgainAfterThePause();
    void aTokenEndsWithThePassword();
    void aTokenEndsWithTheAccount();
    void renewsTheHashInTheFirstHalf();
    void logsInToNoOrganizationThatWasLeft();
    void theDatabaseOpensNoSessionOnAPasswordAlone();
    void expiredChallengesAreCleared();

private:
    qint64 sessionsOf(const SignedUp &person)
    {
        return m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{person.userId});
    }
    int failuresOf(const SignedUp &person)
    {
        return m_server->value<int>("select failures from aegis.mfa_factor where user_id = $1::uuid", Text{person.userId});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestMfaLogin::demandsTheSecondFactor()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    const TestReply reply = m_server->client().post("/auth/login", textObject({{"email", ada.person.email}, {"password", ada.person.password}}));

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json().keys(),
             (QStringList{QStringLiteral("expiresIn"), QStringLiteral("methods"), QStringLiteral("mfaRequired"), QStringLiteral("mfaToken")}));
    QCOMPARE(reply.json()[QLatin1String("expiresIn")].toInt(), 300);
    QCOMPARE(sessionsOf(ada.person), qint64(1));
    QCOMPARE(m_server->events(ada.person.tenantId()).count("UserLoggedIn"), 0);
    QVERIFY_REPLY(m_server->client().as(reply.text(QLatin1String("mfaToken"))).get("/auth/me"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", reply.text(QLatin1String("mfaToken"))}})), 401,
                  "invalid_refresh_token");
}

void TestMfaLogin::opensASessionWithACode()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    const TestReply reply = challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1));

    QVERIFY_REPLY(reply, 200, "");
    const SignedUp again = signedUpBy(reply, {});
    QCOMPARE(again.userId, ada.person.userId);
    QCOMPARE(again.organizationId, ada.person.organizationId);
    QCOMPARE(claimIn(again.accessToken, QLatin1String("amr")), QByteArray("pwd,otp"));
    QCOMPARE(claimIn(again.accessToken, QLatin1String("roles")), QByteArray("ORGANIZATION_OWNER"));
    QCOMPARE(m_server->events(ada.person.tenantId()).mid(7), (QByteArrayList{"UserLoginFirstFactorPassed", "UserLoggedIn", "AuthSessionCreated"}));
    QVERIFY_REPLY(m_server->client().as(again.accessToken).get("/auth/me"), 200, "");
    const TestReply refreshed = m_server->client().post("/auth/refresh", textObject({{"refreshToken", again.refreshToken}}));
    QVERIFY_REPLY(refreshed, 200, "");
    QCOMPARE(claimIn(refreshed.text(QLatin1String("accessToken")), QLatin1String("amr")), QByteArray("pwd,otp"));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.mfa_challenge where user_id = $1::uuid", Text{ada.person.userId}), qint64(0));
}

void TestMfaLogin::opensASessionWithABackupCode()
{
    const Enrolled bob = enrol(*m_server, m_server->registerPerson());

    const TestReply reply = challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, bob.person), bob.backupCodes[7].toUpper());

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(claimIn(reply.text(QLatin1String("accessToken")), QLatin1String("amr")), QByteArray("pwd,otp"));
    QCOMPARE(m_server->events(bob.person.tenantId()).mid(4),
             (QByteArrayList{"UserLoginFirstFactorPassed", "UserLoggedIn", "BackupCodeUsed", "AuthSessionCreated"}));
}

void TestMfaLogin::aWrongPasswordSaysNothingOfTheFactor()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    const TestReply reply = m_server->client().post("/auth/login", textObject({{"email", ada.person.email}, {"password", "Not-The-Password-1"}}));

    QVERIFY_REPLY(reply, 401, "invalid_credentials");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.mfa_challenge where user_id = $1::uuid", Text{ada.person.userId}), qint64(0));
}

void TestMfaLogin::aCodeWorksOnce()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray code = ada.code(*m_server, 1);
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), code), 200, "");

    const TestReply again = challenge(*m_server, mfaTokenFor(*m_server, ada.person), code);

    QVERIFY_REPLY(again, 403, "invalid_mfa_code");
    QCOMPARE(m_server->value<QByteArray>("select payload ->> 'reason' from aegis.event where correlation_id = $1::uuid",
                                         Text{again.field("X-Correlation-ID")}),
             QByteArray("used_code"));
}

void TestMfaLogin::anOlderCodeDoesNotWorkAfterANewerOne()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    m_server->advance(1min);
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server)), 200, "");

    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, -1)), 403, "invalid_mfa_code");
}

void TestMfaLogin::aBackupCodeWorksOnce()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[0]), 200, "");

    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[0]), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[1]), 200, "");
}

void TestMfaLogin::theBackupCodeOfAnotherIsNone()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const Enrolled bob = enrol(*m_server, m_server->signUp());

    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), bob.backupCodes[0]), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, bob.person), bob.backupCodes[0]), 200, "");
}

void TestMfaLogin::theTokenWorksOnce()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[0]), 200, "");

    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[1]), 401, "invalid_mfa_token");

    QCOMPARE(failuresOf(ada.person), 0); // a token that is worth nothing counts for nothing
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[1]), 200, "");
}

void TestMfaLogin::refusesTokensAlike_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char *what : {"another person's", "expired", "used", "forged", "an access token", "a refresh token", "garbage"})
        QTest::newRow(what) << QByteArray(what);
}

void TestMfaLogin::refusesTokensAlike()
{
    QFETCH(QByteArray, what);
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const Enrolled bob = enrol(*m_server, m_server->signUp());
    QByteArray token = mfaTokenFor(*m_server, ada.person);
    QByteArray code = ada.backupCodes[5];
    if (what == "another person's")
        code = bob.backupCodes[5];
    else if (what == "expired")
        m_server->advance(5min);
    else if (what == "used")
        QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[0]), 200, "");
    else if (what == "forged")
        token = token.chopped(3) + "AAA";
    else if (what == "an access token")
        token = ada.person.accessToken;
    else if (what == "a refresh token")
        token = ada.person.refreshToken;
    else
        token = "garbage";
    const qint64 sessions = sessionsOf(ada.person) + sessionsOf(bob.person);

    const TestReply reply = challengeWithBackupCode(*m_server, token, code);

    if (what == "another person's") { // the token is right: it says who logs in, and that is not whose code it is
        QVERIFY_REPLY(reply, 403, "invalid_mfa_code");
    } else {
        QVERIFY_REPLY(reply, 401, "invalid_mfa_token");
        QVERIFY(!reply.json().contains(QLatin1String("detail")) || reply.text(QLatin1String("detail")).isEmpty());
    }
    QCOMPARE(sessionsOf(ada.person) + sessionsOf(bob.person), sessions);
}

void TestMfaLogin::aWrongCodeLeavesTheToken()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);

    QVERIFY_REPLY(challenge(*m_server, token, "000000"), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, "not-a-code"), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challenge(*m_server, token, ada.code(*m_server, 1)), 200, "");
}

void TestMfaLogin::tooManyWrongCodesMakeAPause()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    for (int i = 0; i < 5; ++i)
        QVERIFY_REPLY(challenge(*m_server, token, "000000"), 403, "invalid_mfa_code");

    const TestReply paused = challenge(*m_server, token, ada.code(*m_server, 1));

    QVERIFY_REPLY(paused, 429, "mfa_paused");
    QVERIFY(paused.field("Retry-After").toInt() > 14 * 60 && paused.field("Retry-After").toInt() <= 15 * 60);
    QCOMPARE(sessionsOf(ada.person), qint64(1));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where subject_id = $1::uuid and type = 'MfaChallengeFailed'",
                                     Text{ada.person.userId}),
             qint64(5));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where subject_id = $1::uuid and type = 'MfaChallengeFailed' "
                                     "and payload ->> 'pausedUntil' is not null and payload ->> 'failures' = '5'",
                                     Text{ada.person.userId}),
             qint64(1));
    QVERIFY(!m_server->client().as(ada.person.accessToken).get("/auth/mfa").json()[QLatin1String("pausedUntil")].isNull());

    m_server->advance(15min); // the token has expired by then
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server)), 200, "");
    QCOMPARE(failuresOf(ada.person), 0);
}

void TestMfaLogin::theCountIsOverAllTokens()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    for (int i = 0; i < 3; ++i)
        QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), "000000"), 403, "invalid_mfa_code");
    const TestClient own = m_server->client().as(ada.person.accessToken);
    for (int i = 0; i < 2; ++i)
        QVERIFY_REPLY(own.post("/auth/mfa/disable", textObject({{"code", "000000"}})), 403, "invalid_mfa_code");

    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1)), 429, "mfa_paused");
    QVERIFY_REPLY(own.post("/auth/mfa/disable", textObject({{"code", ada.code(*m_server, 1)}})), 429, "mfa_paused");
}

void TestMfaLogin::aRightCodeEndsTheCount()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    for (int i = 0; i < 4; ++i)
        QVERIFY_REPLY(challenge(*m_server, token, "000000"), 403, "invalid_mfa_code");

    QVERIFY_REPLY(challenge(*m_server, token, ada.code(*m_server, 1)), 200, ""); // the fifth, which would have begun the pause

    QCOMPARE(failuresOf(ada.person), 0);
    QVERIFY(m_server->value<bool>("select paused_until is null from aegis.mfa_factor where user_id = $1::uuid", Text{ada.person.userId}));
}

void TestMfaLogin::countsAgainAfterThePause()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    for (int i = 0; i < 5; ++i)
        QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), "000000"), 403, "invalid_mfa_code");
    m_server->advance(15min);

    for (int i = 0; i < 5; ++i)
        QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), "000000"), 403, "invalid_mfa_code");

    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server)), 429, "mfa_paused");
}

void TestMfaLogin::aTokenEndsWithThePassword()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    m_server->sql("update aegis.user set password_changed_at = $2 where id = $1::uuid", Text{ada.person.userId}, m_server->now() + 1s);

    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[0]), 401, "invalid_mfa_token");
    QCOMPARE(sessionsOf(ada.person), qint64(1));
}

void TestMfaLogin::aTokenEndsWithTheAccount()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    m_server->sql("update aegis.user set status = 'locked' where id = $1::uuid", Text{ada.person.userId});

    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[0]), 401, "invalid_mfa_token");
    QCOMPARE(sessionsOf(ada.person), qint64(1));
}

void TestMfaLogin::renewsTheHashInTheFirstHalf()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const auto bcrypt = hashPassword(Secret(ada.person.password), {.algorithm = PasswordAlgorithm::Bcrypt, .argon2 = {}, .bcryptRounds = 10});
    QVERIFY_RESULT(bcrypt);
    m_server->sql("update aegis.user set password_hash = $2 where id = $1::uuid", Text{ada.person.userId}, Text{*bcrypt});

    const QByteArray token = mfaTokenFor(*m_server, ada.person);

    QVERIFY(
        m_server->value<QByteArray>("select password_hash from aegis.user where id = $1::uuid", Text{ada.person.userId}).startsWith("$argon2id$"));
    QCOMPARE(m_server->events(ada.person.tenantId()).last(), QByteArray("PasswordRehashed"));
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[0]), 200, "");
}

void TestMfaLogin::logsInToNoOrganizationThatWasLeft()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    m_server->sql("delete from aegis.user_role where user_id = $1::uuid", Text{ada.person.userId});

    const TestReply reply = challengeWithBackupCode(*m_server, token, ada.backupCodes[0]);

    QVERIFY_REPLY(reply, 200, "");
    QVERIFY(reply.json()[QLatin1String("organization")].isNull());
    QCOMPARE(claimIn(reply.text(QLatin1String("accessToken")), QLatin1String("roles")), QByteArray());
}

// What a function forgets, the table does not.
void TestMfaLogin::theDatabaseOpensNoSessionOnAPasswordAlone()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    ServingRole role(*m_server);
    const QByteArray insert = "insert into aegis.session (tenant_id, id, user_id, organization_id, auth_methods, auth_time, created_at, expires_at) "
                              "select tenant_id, gen_random_uuid(), user_id, organization_id, METHODS, now(), now(), now() + interval '1 day' "
                              "from aegis.session where id = $1::uuid";

    const QByteArray refused = role.touched(ada.person, QByteArray(insert).replace("METHODS", "'{pwd}'"), ada.person.sessionId);

    QVERIFY2(refused.contains("42501"), refused.constData());
    QCOMPARE(role.touched(ada.person, QByteArray(insert).replace("METHODS", "'{pwd,otp}'"), ada.person.sessionId), QByteArray("1"));
}

void TestMfaLogin::expiredChallengesAreCleared()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    m_server->sql("insert into aegis.mfa_challenge select $1::uuid, gen_random_uuid(), now() - interval '1 hour', now() - interval '1 minute' "
                  "from generate_series(1, 10)",
                  Text{ada.person.userId});
    mfaTokenFor(*m_server, ada.person);

    m_server->advance(0s); // the housekeeping

    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.mfa_challenge where user_id = $1::uuid", Text{ada.person.userId}), qint64(1));
}

AEGIS_TEST(TestMfaLogin)
#include "TestMfaLogin.moc"
