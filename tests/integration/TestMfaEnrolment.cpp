#include "server/mfa/Totp.h"
#include "tests/integration/SecondFactors.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QUrl>
#include <QtCore/QUrlQuery>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Setting up a second factor, and doing without it again.
class TestMfaEnrolment : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void givesTheSecretInThreeForms();
    void keepsTheSecretSealed();
    void protectsNothingUntilItIsConfirmed();
    void confirmingGivesBackupCodesOnce();
    void confirmingEndsTheOtherSessions();
    void confirmingUsesTheCodeUp();
    void forgetsAnEnrolmentThatNobodyConfirms();
    void theLastEnrolmentCounts();
    void refusesASecondOne();
    void needsAFreshLogin_data();
    void needsAFreshLogin();
    void disablingNeedsTheFactor();
    void disablingTakesABackupCode();
    void anotherSetOfBackupCodesReplacesTheFirst();
    void takesExactlyOneCode();
    void tellsHowThingsStand();

private:
    TestReply as(const SignedUp &person, const QByteArray &path, const QJsonObject &body) const
    {
        return m_server->client().as(person.accessToken).post(path, body);
    }
    qint64 factorsOf(const SignedUp &person)
    {
        return m_server->value<qint64>("select count(*) from aegis.mfa_factor where user_id = $1::uuid", Text{person.userId});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestMfaEnrolment::givesTheSecretInThreeForms()
{
    const SignedUp ada = m_server->signUp();

    const TestReply reply = m_server->client().as(ada.accessToken).post("/auth/mfa/enable");

    QVERIFY_REPLY(reply, 200, "");
    const QByteArray secret = reply.text(QLatin1String("secret"));
    QCOMPARE(base32Decoded(secret).size(), qsizetype(totp::secretBytes));
    const QUrl uri(QString::fromLatin1(reply.text(QLatin1String("otpauthUri"))));
    const QUrlQuery query(uri);
    QCOMPARE(uri.scheme() + u' ' + uri.host() + u' ' + uri.path(), QStringLiteral("otpauth totp /Aegis:") + QString::fromLatin1(ada.email));
    QCOMPARE(query.queryItemValue(QStringLiteral("secret")).toLatin1(), secret);
    QCOMPARE(query.queryItemValue(QStringLiteral("issuer")), QStringLiteral("Aegis"));
    QCOMPARE(query.queryItemValue(QStringLiteral("algorithm")), QStringLiteral("SHA1"));
    QCOMPARE(query.queryItemValue(QStringLiteral("digits")), QStringLiteral("6"));
    QCOMPARE(query.queryItemValue(QStringLiteral("period")), QStringLiteral("30"));
    QVERIFY(reply.text(QLatin1String("qrCode")).startsWith("data:image/png;base64,iVBORw0KGgo"));
    QCOMPARE(reply.field("Cache-Control"), QByteArray("no-store"));
}

void TestMfaEnrolment::keepsTheSecretSealed()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const SignedUp bob = m_server->signUp();
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).post("/auth/mfa/enable"), 200, "");

    const QByteArray sealed = m_server->value<QByteArray>("select secret_sealed from aegis.mfa_factor where user_id = $1::uuid",
                                                          Text{ada.person.userId});
    QVERIFY(!sealed.contains(ada.secret.reveal().toByteArray()));
    // Another person's row does not open: the user id is authenticated with it.
    m_server->sql("update aegis.mfa_factor set secret_sealed = $2 where user_id = $1::uuid", Text{bob.userId}, Bytes{sealed});
    QVERIFY_REPLY(as(bob, "/auth/mfa/verify", textObject({{"code", ada.code(*m_server)}})), 500, "internal");
    QCOMPARE(m_server->value<bool>("select activated_at is null from aegis.mfa_factor where user_id = $1::uuid", Text{bob.userId}), true);
}

void TestMfaEnrolment::protectsNothingUntilItIsConfirmed()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).post("/auth/mfa/enable"), 200, "");

    const SignedUp again = m_server->logIn(ada);
    const TestReply status = m_server->client().as(again.accessToken).get("/auth/mfa");

    QVERIFY_REPLY(status, 200, "");
    QCOMPARE(status.json()[QLatin1String("enabled")], QJsonValue(false));
    QVERIFY_REPLY(as(ada, "/auth/mfa/disable", textObject({{"code", "123456"}})), 409, "mfa_not_enabled");
    QVERIFY_REPLY(as(ada, "/auth/mfa/backup-codes", textObject({{"code", "123456"}})), 409, "mfa_not_enabled");
}

void TestMfaEnrolment::confirmingGivesBackupCodesOnce()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    QCOMPARE(ada.backupCodes.size(), 10);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.backup_code where user_id = $1::uuid and used_at is null and length(code_hash) = 32",
                                     Text{ada.person.userId}),
             qint64(10));
    QVERIFY_REPLY(as(ada.person, "/auth/mfa/verify", textObject({{"code", ada.code(*m_server)}})), 409, "mfa_not_enabled");
    const QByteArrayList events = m_server->events(ada.person.tenantId());
    QCOMPARE(events.mid(5), (QByteArrayList{"MfaEnabled", "RefreshTokenRevoked"}));
    const QByteArray text = m_server->value<QByteArray>("select string_agg(e::text, ' ') from aegis.event e where tenant_id = $1::uuid",
                                                        Text{ada.person.tenantId()});
    for (const QByteArray &code : ada.backupCodes)
        QVERIFY(!text.contains(code));
}

void TestMfaEnrolment::confirmingEndsTheOtherSessions()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp other = m_server->logIn(ada);
    const SignedUp bob = m_server->signUp();

    const Enrolled enrolled = enrol(*m_server, ada);

    QVERIFY_REPLY(m_server->client().as(other.accessToken).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", other.refreshToken}})), 401, "invalid_refresh_token");
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).get("/auth/verify"), 204, "");
    const TestReply refreshed = m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}}));
    QVERIFY_REPLY(refreshed, 200, "");
    QCOMPARE(claimIn(refreshed.text(QLatin1String("accessToken")), QLatin1String("amr")), QByteArray("pwd,otp"));
    QCOMPARE(m_server->value<QByteArray>("select end_reason from aegis.session where id = $1::uuid", Text{other.sessionId}), QByteArray("revoked"));
}

void TestMfaEnrolment::confirmingUsesTheCodeUp()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server)), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1)), 200, "");
}

void TestMfaEnrolment::forgetsAnEnrolmentThatNobodyConfirms()
{
    TestServer server(Environment{{"MFA_ENROLMENT_LIFETIME", "1m"}});
    const SignedUp ada = server.signUp();
    const TestReply enabled = server.client().as(ada.accessToken).post("/auth/mfa/enable");
    const Enrolled enrolled{.person = ada, .secret = base32Decoded(enabled.text(QLatin1String("secret"))), .backupCodes = {}};

    server.advance(61s);
    const TestReply late = server.client().as(ada.accessToken).post("/auth/mfa/verify", textObject({{"code", enrolled.code(server)}}));

    QVERIFY_REPLY(late, 409, "mfa_not_enabled");
    QVERIFY_REPLY(server.client().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}})), 200, "");
}

void TestMfaEnrolment::theLastEnrolmentCounts()
{
    const SignedUp ada = m_server->signUp();
    const TestClient client = m_server->client().as(ada.accessToken);
    const Enrolled first{.person = ada, .secret = base32Decoded(client.post("/auth/mfa/enable").text(QLatin1String("secret"))), .backupCodes = {}};
    const Enrolled last{.person = ada, .secret = base32Decoded(client.post("/auth/mfa/enable").text(QLatin1String("secret"))), .backupCodes = {}};

    QVERIFY_REPLY(client.post("/auth/mfa/verify", textObject({{"code", first.code(*m_server)}})), 403, "invalid_mfa_code");
    QVERIFY_REPLY(client.post("/auth/mfa/verify", textObject({{"code", last.code(*m_server)}})), 200, "");
}

void TestMfaEnrolment::refusesASecondOne()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    const QByteArray before = m_server->rowCounts();

    QVERIFY_REPLY(m_server->client().as(ada.person.accessToken).post("/auth/mfa/enable"), 409, "mfa_already_enabled");

    QCOMPARE(m_server->rowCounts(), before);
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1)), 200, "");
}

void TestMfaEnrolment::needsAFreshLogin_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("enable") << QByteArray("/auth/mfa/enable");
    QTest::newRow("disable") << QByteArray("/auth/mfa/disable");
    QTest::newRow("backup codes") << QByteArray("/auth/mfa/backup-codes");
}

void TestMfaEnrolment::needsAFreshLogin()
{
    QFETCH(QByteArray, path);
    SignedUp ada = m_server->signUp();
    const bool isEnrolled = path != "/auth/mfa/enable";
    const Enrolled enrolled = isEnrolled ? enrol(*m_server, ada) : Enrolled{.person = ada, .secret = {}, .backupCodes = {}};

    m_server->advance(10min + 1s); // a refresh makes a token young, but no login
    const TestReply refreshed = m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}}));
    ada.accessToken = refreshed.text(QLatin1String("accessToken"));
    const TestReply reply = isEnrolled ? as(ada, path, textObject({{"code", enrolled.code(*m_server)}}))
                                       : m_server->client().as(ada.accessToken).post(path);

    QVERIFY_REPLY(reply, 403, "reauthentication_required");
    QCOMPARE(factorsOf(ada), qint64(isEnrolled ? 1 : 0));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.mfa_factor where user_id = $1::uuid and failures > 0", Text{ada.userId}), qint64(0));
}

void TestMfaEnrolment::disablingNeedsTheFactor()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    QVERIFY_REPLY(as(ada.person, "/auth/mfa/disable", textObject({{"code", "000000"}})), 403, "invalid_mfa_code");
    QVERIFY_REPLY(as(ada.person, "/auth/mfa/disable", textObject({{"code", ada.code(*m_server)}})), 403, "invalid_mfa_code"); // it confirmed
    QVERIFY_REPLY(as(ada.person, "/auth/mfa/disable", textObject({{"backupCode", "0000-0000-0000-0000"}})), 403, "invalid_mfa_code");
    QCOMPARE(factorsOf(ada.person), qint64(1));
    QVERIFY_REPLY(as(ada.person, "/auth/mfa/disable", textObject({{"code", ada.code(*m_server, 1)}})), 204, "");

    QCOMPARE(factorsOf(ada.person), qint64(0));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.backup_code where user_id = $1::uuid", Text{ada.person.userId}), qint64(0));
    QCOMPARE(m_server->events(ada.person.tenantId()).last(), QByteArray("MfaDisabled"));
    QVERIFY(!m_server->logIn(ada.person).accessToken.isEmpty());
}

void TestMfaEnrolment::disablingTakesABackupCode()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    QVERIFY_REPLY(as(ada.person, "/auth/mfa/disable", textObject({{"backupCode", ada.backupCodes[3]}})), 204, "");

    QCOMPARE(factorsOf(ada.person), qint64(0));
    QCOMPARE(m_server->events(ada.person.tenantId()).mid(7), (QByteArrayList{"MfaDisabled", "BackupCodeUsed"}));
}

void TestMfaEnrolment::anotherSetOfBackupCodesReplacesTheFirst()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    const TestReply reply = as(ada.person, "/auth/mfa/backup-codes", textObject({{"code", ada.code(*m_server, 1)}}));

    QVERIFY_REPLY(reply, 200, "");
    const QJsonArray codes = reply.json()[QLatin1String("backupCodes")].toArray();
    QCOMPARE(codes.size(), 10);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.backup_code where user_id = $1::uuid", Text{ada.person.userId}), qint64(10));
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[0]), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), codes[0].toString().toLatin1()), 200, "");
}

void TestMfaEnrolment::takesExactlyOneCode()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    QVERIFY_REPLY(as(ada.person, "/auth/mfa/disable", {}), 422, "validation_failed");
    QVERIFY_REPLY(as(ada.person, "/auth/mfa/disable", textObject({{"code", ada.code(*m_server, 1)}, {"backupCode", ada.backupCodes[0]}})), 422,
                  "validation_failed");

    QCOMPARE(factorsOf(ada.person), qint64(1));
    QCOMPARE(m_server->value<int>("select failures from aegis.mfa_factor where user_id = $1::uuid", Text{ada.person.userId}), 0);
}

void TestMfaEnrolment::tellsHowThingsStand()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    QVERIFY_REPLY(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, ada.person), ada.backupCodes[0]), 200, "");

    const TestReply status = m_server->client().as(ada.person.accessToken).get("/auth/mfa");

    QVERIFY_REPLY(status, 200, "");
    QCOMPARE(status.json()[QLatin1String("enabled")], QJsonValue(true));
    QCOMPARE(status.json()[QLatin1String("backupCodesLeft")].toInt(), 9);
    QCOMPARE(status.json()[QLatin1String("methods")].toArray(), (QJsonArray{QStringLiteral("totp"), QStringLiteral("backupCode")}));
    QVERIFY(status.json()[QLatin1String("pausedUntil")].isNull());
}

AEGIS_TEST(TestMfaEnrolment)
#include "TestMfaEnrolment.moc"
