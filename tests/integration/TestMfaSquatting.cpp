#include "tests/integration/SecondFactors.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

const QByteArray newPassword = "Quiet-Harbour-81-Lantern";

} // namespace

/// Nobody sets up a second factor at an address that they have not shown to be theirs, and no mail lifts one.
class TestMfaSquatting : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void needsAVerifiedAddress_data() { modes(); }
    void needsAVerifiedAddress();
    void aResetLiftsNoFactorOfAnAddressThatNobodyVerified_data() { modes(); }
    void aResetLiftsNoFactorOfAnAddressThatNobodyVerified();
    void aResetLiftsNoFactorOfAVerifiedAddress_data() { modes(); }
    void aResetLiftsNoFactorOfAVerifiedAddress();
    void aResetLiftsNoneWhereNobodyVerifies();
    void aSessionThatHasEndedConfirmsNothing();

private:
    static void modes()
    {
        QTest::addColumn<QByteArray>("mode");
        QTest::newRow("required") << QByteArray("required");
        QTest::newRow("optional") << QByteArray("optional");
    }
    static TestReply enable(const TestServer &server, const SignedUp &person)
    {
        return server.client().as(person.accessToken).post("/auth/mfa/enable");
    }
    /// Verifies the address with the newest mail to it.
    static void verify(const TestServer &server, const SignedUp &person)
    {
        const auto mails = MailBox(server.dataDirectory()).waitFor(person.email);
        if (mails.empty() || server.client().post("/auth/email/verify", textObject({{"token", mails.back().token()}})).status != 204)
            qFatal("an address of the test could not be verified");
    }
    /// A new password, with a mail that is the `mails`th to that address.
    static TestReply reset(const TestServer &server, const SignedUp &person, std::size_t mails)
    {
        if (server.client().post("/auth/password/forgot", textObject({{"email", person.email}})).status != 202)
            qFatal("a mail of the test could not be asked for");
        const auto all = MailBox(server.dataDirectory()).waitFor(person.email, mails);
        const QByteArray token = all.size() == mails ? all.back().token() : QByteArray();
        return server.client().post("/auth/password/reset", textObject({{"token", token}, {"newPassword", newPassword}}));
    }
    static TestReply logIn(const TestServer &server, const SignedUp &person)
    {
        return server.client().post("/auth/login", textObject({{"email", person.email}, {"password", newPassword}}));
    }
    static qint64 rowsOf(TestServer &server, const SignedUp &person)
    {
        return server.value<qint64>("select (select count(*) from aegis.mfa_factor where user_id = $1::uuid) "
                                    "+ (select count(*) from aegis.backup_code where user_id = $1::uuid)",
                                    Text{person.userId});
    }
};

void TestMfaSquatting::needsAVerifiedAddress()
{
    QFETCH(QByteArray, mode);
    TestServer server(Environment{{"EMAIL_VERIFICATION", mode}});
    const SignedUp ada = server.signUp();

    QVERIFY_REPLY(enable(server, ada), 403, "email_not_verified");

    QCOMPARE(rowsOf(server, ada), qint64(0));
    QVERIFY_REPLY(server.client().as(ada.accessToken).post("/auth/mfa/verify", textObject({{"code", "000000"}})), 409, "mfa_not_enabled");
    verify(server, ada);
    const Enrolled enrolled = enrol(server, ada);
    QCOMPARE(rowsOf(server, ada), qint64(11));
    QVERIFY_REPLY(challengeWithBackupCode(server, mfaTokenFor(server, ada), enrolled.backupCodes[0]), 200, "");
}

// One of the time before addresses were verified here: were it lifted, a mailbox that was stolen would be enough for everybody's of
// that time.
void TestMfaSquatting::aResetLiftsNoFactorOfAnAddressThatNobodyVerified()
{
    QFETCH(QByteArray, mode);
    TestServer before;
    const Enrolled ada = enrol(before, before.signUp());
    const auto server = before.another({{"EMAIL_VERIFICATION", mode}});

    QVERIFY_REPLY(reset(*server, ada.person, 1), 204, "");

    QCOMPARE(rowsOf(before, ada.person), qint64(11));
    QVERIFY(logIn(*server, ada.person).json()[QLatin1String("mfaRequired")].toBool());
}

void TestMfaSquatting::aResetLiftsNoFactorOfAVerifiedAddress()
{
    QFETCH(QByteArray, mode);
    TestServer server(Environment{{"EMAIL_VERIFICATION", mode}});
    const SignedUp ada = server.signUp();
    verify(server, ada);
    const Enrolled enrolled = enrol(server, ada);

    QVERIFY_REPLY(reset(server, ada, 2), 204, "");

    QCOMPARE(rowsOf(server, ada), qint64(11));
    const TestReply half = logIn(server, ada);
    QVERIFY(half.json()[QLatin1String("mfaRequired")].toBool());
    QVERIFY_REPLY(challengeWithBackupCode(server, half.text(QLatin1String("mfaToken")), enrolled.backupCodes[0]), 200, "");
    QCOMPARE(server.value<qint64>("select count(*) from aegis.event where type = 'MfaDisabled'"), qint64(0));
}

void TestMfaSquatting::aResetLiftsNoneWhereNobodyVerifies()
{
    TestServer server;
    const Enrolled ada = enrol(server, server.signUp());

    QVERIFY_REPLY(reset(server, ada.person, 1), 204, "");

    QCOMPARE(rowsOf(server, ada.person), qint64(11));
    QVERIFY(logIn(server, ada.person).json()[QLatin1String("mfaRequired")].toBool());
}

// A thief's confirmation that was on its way when the owner's new password ended the session.
void TestMfaSquatting::aSessionThatHasEndedConfirmsNothing()
{
    TestServer server;
    const SignedUp ada = server.signUp();
    const Secret secret = base32Decoded(enable(server, ada).text(QLatin1String("secret")));
    const Enrolled enrolled{.person = ada, .secret = secret, .backupCodes = {}};
    server.sql("update aegis.session set ended_at = now(), end_reason = 'revoked' where id = $1::uuid", Text{ada.sessionId});

    const TestReply reply = server.client().as(ada.accessToken).post("/auth/mfa/verify", textObject({{"code", enrolled.code(server)}}));

    QVERIFY_REPLY(reply, 409, "mfa_not_enabled");
    QVERIFY(server.value<bool>("select activated_at is null from aegis.mfa_factor where user_id = $1::uuid", Text{ada.userId}));
    QCOMPARE(server.events(ada.organizationId).count("MfaEnabled"), 0);
}

AEGIS_TEST(TestMfaSquatting)
#include "TestMfaSquatting.moc"
