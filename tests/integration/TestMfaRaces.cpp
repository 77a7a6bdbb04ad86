#include "tests/integration/SecondFactors.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Second factors under attack: by many at the same moment, and by other tenants.
class TestMfaRaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void aCodeWorksOnceAmongMany();
    void aBackupCodeWorksOnceAmongMany();
    void aTokenOpensOneSessionAmongMany();
    void aCrowdOfGuessesGetsNoMoreOfThem();
    void aCrowdCannotFindTheRightCodeBehindThePause();
    void noPasswordSessionOutlivesTheActivation();
    void anEnrolmentIsConfirmedOnce();
    void belongsToItsPersonAlone_data();
    void belongsToItsPersonAlone();

private:
    static int count(const std::vector<TestReply> &replies, int status)
    {
        return static_cast<int>(std::count_if(replies.begin(), replies.end(), [&](const TestReply &reply) { return reply.status == status; }));
    }
    qint64 sessionsOf(const SignedUp &person)
    {
        return m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{person.userId});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestMfaRaces::aCodeWorksOnceAmongMany()
{
    TestServer server(Environment{{"MFA_MAX_FAILURES", "100"}}); // so that the step alone refuses
    const Enrolled ada = enrol(server, server.signUp());
    QByteArrayList tokens;
    for (int i = 0; i < 20; ++i)
        tokens.append(mfaTokenFor(server, ada.person));
    const QByteArray code = ada.code(server, 1);

    const auto replies = together(20, [&](int i) { return challenge(server, tokens[i], code); });

    QCOMPARE(count(replies, 200), 1);
    QCOMPARE(count(replies, 403), 19);
    QCOMPARE(server.value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{ada.person.userId}),
             qint64(2));
}

void TestMfaRaces::aBackupCodeWorksOnceAmongMany()
{
    TestServer server(Environment{{"MFA_MAX_FAILURES", "100"}});
    const Enrolled ada = enrol(server, server.signUp());
    QByteArrayList tokens;
    for (int i = 0; i < 20; ++i)
        tokens.append(mfaTokenFor(server, ada.person));

    const auto replies = together(20, [&](int i) { return challengeWithBackupCode(server, tokens[i], ada.backupCodes[0]); });

    QCOMPARE(count(replies, 200), 1);
    QCOMPARE(count(replies, 403), 19);
    QCOMPARE(
        server.value<qint64>("select count(*) from aegis.event where subject_id = $1::uuid and type = 'BackupCodeUsed'", Text{ada.person.userId}),
        qint64(1));
}

void TestMfaRaces::aTokenOpensOneSessionAmongMany()
{
    TestServer server(Environment{{"MFA_MAX_FAILURES", "100"}});
    const Enrolled ada = enrol(server, server.signUp());
    const QByteArray token = mfaTokenFor(server, ada.person);

    const auto replies = together(10, [&](int i) { return challengeWithBackupCode(server, token, ada.backupCodes[i]); });

    QCOMPARE(count(replies, 200), 1);
    QCOMPARE(count(replies, 401), 9);
    QCOMPARE(server.value<qint64>("select count(*) from aegis.backup_code where user_id = $1::uuid and used_at is not null", Text{ada.person.userId}),
             qint64(1));
}

void TestMfaRaces::aCrowdOfGuessesGetsNoMoreOfThem()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);

    const auto replies = together(200, [&](int) { return challenge(*m_server, token, "000000"); });

    QCOMPARE(count(replies, 403), 5);
    QCOMPARE(count(replies, 429), 195);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where subject_id = $1::uuid and type = 'MfaChallengeFailed'",
                                     Text{ada.person.userId}),
             qint64(5));
}

void TestMfaRaces::aCrowdCannotFindTheRightCodeBehindThePause()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    for (int i = 0; i < 5; ++i)
        QVERIFY_REPLY(challenge(*m_server, token, "000000"), 403, "invalid_mfa_code");

    const QByteArray code = ada.code(*m_server, 1);
    const auto replies = together(20, [&](int) { return challenge(*m_server, token, code); });

    QCOMPARE(count(replies, 429), 20);
    QCOMPARE(sessionsOf(ada.person), qint64(1));
}

// Logins with the password alone, while the second factor is being confirmed: whichever is first, none of their sessions is left.
void TestMfaRaces::noPasswordSessionOutlivesTheActivation()
{
    for (int round = 0; round < 4; ++round) {
        const SignedUp ada = m_server->signUp();
        const TestReply enabled = m_server->client().as(ada.accessToken).post("/auth/mfa/enable");
        const Enrolled enrolled{.person = ada, .secret = base32Decoded(enabled.text(QLatin1String("secret"))), .backupCodes = {}};
        const QByteArray code = enrolled.code(*m_server);

        const auto replies = together(8, [&](int i) {
            if (i == 4)
                return m_server->client().as(ada.accessToken).post("/auth/mfa/verify", textObject({{"code", code}}));
            return m_server->client().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));
        });

        QCOMPARE(count(replies, 200), 8);
        QCOMPARE(sessionsOf(ada), qint64(1));
        for (const TestReply &reply : replies) {
            const QByteArray token = reply.text(QLatin1String("accessToken"));
            if (!token.isEmpty())
                QVERIFY_REPLY(m_server->client().as(token).get("/auth/verify"), 401, "invalid_token");
        }
        QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/verify"), 204, "");
    }
}

void TestMfaRaces::anEnrolmentIsConfirmedOnce()
{
    const SignedUp ada = m_server->signUp();
    const TestReply enabled = m_server->client().as(ada.accessToken).post("/auth/mfa/enable");
    const Enrolled enrolled{.person = ada, .secret = base32Decoded(enabled.text(QLatin1String("secret"))), .backupCodes = {}};
    const QByteArray code = enrolled.code(*m_server);

    const auto replies = together(4, [&](int) {
        return m_server->client().as(ada.accessToken).post("/auth/mfa/verify", textObject({{"code", code}}));
    });

    QCOMPARE(count(replies, 200), 1);
    QCOMPARE(count(replies, 409), 3);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.backup_code where user_id = $1::uuid", Text{ada.userId}), qint64(10));
}

void TestMfaRaces::belongsToItsPersonAlone_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::newRow("read the secret") << QByteArray("select from aegis.mfa_factor where user_id = $1::uuid");
    QTest::newRow("read the codes") << QByteArray("select from aegis.backup_code where user_id = $1::uuid");
    QTest::newRow("read the logins") << QByteArray("select from aegis.mfa_challenge where user_id = $1::uuid");
    QTest::newRow("end the pause") << QByteArray("update aegis.mfa_factor set failures = 0, paused_until = null where user_id = $1::uuid");
    QTest::newRow("take it away") << QByteArray("delete from aegis.mfa_factor where user_id = $1::uuid");
    QTest::newRow("free a code again") << QByteArray("update aegis.backup_code set used_at = null where user_id = $1::uuid");
    QTest::newRow("end a login") << QByteArray("delete from aegis.mfa_challenge where user_id = $1::uuid");
}

// Another tenant, with an organization of its own, by a mistake in the server's SQL.
void TestMfaRaces::belongsToItsPersonAlone()
{
    QFETCH(QByteArray, statement);
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    mfaTokenFor(*m_server, ada.person);
    const SignedUp eve = m_server->signUp();
    ServingRole role(*m_server);

    QCOMPARE(role.touched(eve, statement, ada.person.userId), QByteArray("0"));
    QVERIFY(role.touched(ada.person, statement, ada.person.userId) != "0"); // it is a good statement
}

AEGIS_TEST(TestMfaRaces)
#include "TestMfaRaces.moc"
