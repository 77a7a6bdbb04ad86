#include "tests/integration/SecondFactors.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

const QByteArray noBackupCode = "0000-0000-0000-0000";
const QByteArray newPassword = "Quiet-Harbour-81-Lantern";

} // namespace

/// Somebody who knows a person's password, but has no second factor: does not keep the person out, is seen by the organization, and
/// is thrown out by a new password.
class TestMfaLockout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void wrongCodesHoldUpNoBackupCode();
    void aPauseHoldsUpNoBackupCodeOfASession();
    void wrongBackupCodesHoldUpNothing();
    void halfALoginTakesSoManyBackupCodes();
    void aCrowdOfBackupCodesGetsNoMoreOfThem();
    void theOrganizationSeesThatAPasswordIsKnown();
    void theOrganizationSeesWrongSecondFactors();
    void whoIsInNoOrganizationSeesThemAlone();
    void aNewPasswordEndsHalfLogins_data();
    void aNewPasswordEndsHalfLogins();

private:
    static int count(const std::vector<TestReply> &replies, const char *code)
    {
        return static_cast<int>(std::count_if(replies.begin(), replies.end(), [&](const TestReply &reply) { return reply.code() == code; }));
    }
    void guessUntilThePause(const Enrolled &person) const
    {
        const QByteArray token = mfaTokenFor(*m_server, person.person);
        for (int i = 0; i < 5; ++i)
            QVERIFY_REPLY(challenge(*m_server, token, "000000"), 403, "invalid_mfa_code");
        QVERIFY_REPLY(challenge(*m_server, token, person.code(*m_server, 1)), 429, "mfa_paused");
    }
    qint64 failedIn(const QByteArray &tenant)
    {
        return m_server->value<qint64>("select count(*) from aegis.event where tenant_id = $1::uuid and type = 'MfaChallengeFailed'", Text{tenant});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestMfaLockout::wrongCodesHoldUpNoBackupCode()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    guessUntilThePause(ada);

    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[0]), 200, "");

    // A success ends the count, whichever factor it was.
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1)), 200, "");
}

void TestMfaLockout::aPauseHoldsUpNoBackupCodeOfASession()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const TestClient own = m_server->client().as(ada.person.accessToken);
    guessUntilThePause(ada);

    QVERIFY_REPLY(own.post("/auth/reauthenticate", textObject({{"password", ada.person.password}, {"backupCode", ada.backupCodes[0]}})), 200, "");
    guessUntilThePause(ada);
    QVERIFY_REPLY(own.post("/auth/mfa/disable", textObject({{"backupCode", noBackupCode}})), 403, "invalid_mfa_code");
    QVERIFY_REPLY(own.post("/auth/mfa/disable", textObject({{"backupCode", ada.backupCodes[1]}})), 204, "");
}

void TestMfaLockout::wrongBackupCodesHoldUpNothing()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    for (int login = 0; login < 6; ++login) {
        const QByteArray token = mfaTokenFor(*m_server, ada.person);
        for (int i = 0; i < 5; ++i)
            QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, noBackupCode), 403, "invalid_mfa_code");
    }

    QVERIFY(m_server->value<bool>("select failures = 0 and paused_until is null from aegis.mfa_factor where user_id = $1::uuid",
                                  Text{ada.person.userId}));
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[0]), 200, "");
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1)), 200, "");
}

// What is counted is what the guesser has: the half login.
void TestMfaLockout::halfALoginTakesSoManyBackupCodes()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);
    for (int i = 0; i < 5; ++i)
        QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, noBackupCode), 403, "invalid_mfa_code");

    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[0]), 401, "invalid_mfa_token");

    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid", Text{ada.person.userId}), qint64(1));
    QCOMPARE(
        m_server->value<qint64>("select count(*) from aegis.backup_code where user_id = $1::uuid and used_at is not null", Text{ada.person.userId}),
        qint64(0));
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[0]), 200, "");
    QCOMPARE(m_server->value<QByteArray>("select string_agg(payload ->> 'failures', ' ' order by id) from aegis.event where tenant_id = $1::uuid "
                                         "and type = 'MfaChallengeFailed' and payload ->> 'pausedUntil' is null",
                                         Text{ada.person.tenantId()}),
             QByteArray("1 2 3 4 5"));
}

void TestMfaLockout::aCrowdOfBackupCodesGetsNoMoreOfThem()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);

    const auto replies = together(100, [&](int) { return challengeWithBackupCode(*m_server, token, noBackupCode); });

    QCOMPARE(count(replies, "invalid_mfa_code"), 5);
    QCOMPARE(count(replies, "invalid_mfa_token"), 95);
    QCOMPARE(failedIn(ada.person.tenantId()), qint64(5));
}

void TestMfaLockout::theOrganizationSeesThatAPasswordIsKnown()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const auto seen = [&] {
        return m_server->sql("select subject_id::text, actor_id is null, session_id is null, host(ip), payload ->> 'methods', "
                             "(payload ->> 'expiresAt')::timestamptz = occurred_at + interval '5 minutes' from aegis.event "
                             "where tenant_id = $1::uuid and type = 'UserLoginFirstFactorPassed'",
                             Text{ada.person.organizationId});
    };
    const QByteArray wrong = "Not-The-Password-1";
    QVERIFY_REPLY(m_server->client().post("/auth/login", textObject({{"email", ada.person.email}, {"password", wrong}})), 401, "invalid_credentials");
    QVERIFY(seen().isEmpty());

    mfaTokenFor(*m_server, ada.person); // and no second half

    const Rows rows = seen();
    QCOMPARE(rows.size(), 1);
    const Row row = rows.first();
    QCOMPARE(row.get<QByteArray>(0), ada.person.userId);
    QVERIFY(row.get<bool>(1) && row.get<bool>(2)); // nobody has proved who it was
    QCOMPARE(row.get<QByteArray>(3), QByteArray("127.0.0.1"));
    QCOMPARE(row.get<QByteArray>(4), QByteArray("[\"pwd\"]"));
    QVERIFY(row.get<bool>(5));
}

void TestMfaLockout::theOrganizationSeesWrongSecondFactors()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);

    QVERIFY_REPLY(challenge(*m_server, token, "000000"), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challenge(*m_server, token, ada.code(*m_server)), 403, "invalid_mfa_code"); // it confirmed
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, noBackupCode), 403, "invalid_mfa_code");

    QCOMPARE(m_server->value<QByteArray>("select string_agg(payload ->> 'reason', ' ' order by id) from aegis.event "
                                         "where tenant_id = $1::uuid and organization_id = $1::uuid and type = 'MfaChallengeFailed'",
                                         Text{ada.person.organizationId}),
             QByteArray("wrong_code used_code wrong_backup_code"));
    QCOMPARE(failedIn(ada.person.userId), qint64(0));
}

void TestMfaLockout::whoIsInNoOrganizationSeesThemAlone()
{
    const Enrolled bob = enrol(*m_server, m_server->registerPerson());

    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, bob.person), "000000"), 403, "invalid_mfa_code");

    QCOMPARE(failedIn(bob.person.userId), qint64(1));
    QCOMPARE(m_server->events(bob.person.userId).count("UserLoginFirstFactorPassed"), 1);
}

void TestMfaLockout::aNewPasswordEndsHalfLogins_data()
{
    QTest::addColumn<bool>("byMail");
    QTest::newRow("changed") << false;
    QTest::newRow("reset") << true;
}

void TestMfaLockout::aNewPasswordEndsHalfLogins()
{
    QFETCH(bool, byMail);
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray token = mfaTokenFor(*m_server, ada.person);

    if (byMail) {
        QVERIFY_REPLY(m_server->client().post("/auth/password/forgot", textObject({{"email", ada.person.email}})), 202, "");
        const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.person.email);
        QCOMPARE(mails.size(), std::size_t(1));
        const QJsonObject reset = textObject({{"token", mails.front().token()}, {"newPassword", newPassword}});
        QVERIFY_REPLY(m_server->client().post("/auth/password/reset", reset), 204, "");
    } else {
        const QJsonObject change = textObject({{"currentPassword", ada.person.password}, {"newPassword", newPassword}});
        QVERIFY_REPLY(m_server->client().as(ada.person.accessToken).post("/auth/password/change", change), 204, "");
    }

    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.mfa_challenge where user_id = $1::uuid", Text{ada.person.userId}), qint64(0));
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, token, ada.backupCodes[0]), 401, "invalid_mfa_token");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{ada.person.userId}),
             qint64(byMail ? 0 : 1));
    SignedUp renewed = ada.person;
    renewed.password = newPassword;
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, renewed), ada.backupCodes[0]), 200, ""); // the factor stays
}

AEGIS_TEST(TestMfaLockout)
#include "TestMfaLockout.moc"
