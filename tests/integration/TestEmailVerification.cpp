#include "tests/integration/SecondFactors.h"
#include "tests/integration/VerificationMails.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestEmailVerification : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void sendsNothingUnlessAskedTo();
    void isOptional();
    void keepsAnOrganizationPending();
    void activatesTheOrganization();
    void letsAPersonWithoutOrganizationIn();
    void sendsAnotherMail();
    void sendsNothingToVerifiedOrUnknownAddresses();
    void worksOnceForManyAtTheSameMoment();
    void bothMailsCountOnce();
    void endsAfterItsTime();
    void provesOnlyTheAddressItWasSentTo();
    void activatesNobodyElsesOrganization();
    void takesNoTokenOfAReset();
    void holdsWithAnIdempotencyKey();
    void keepsTheSlugOfAPendingOrganization();
    void letsTheOwnerInWhenItIsNotRequiredAnyMore_data();
    void letsTheOwnerInWhenItIsNotRequiredAnyMore();
    void letsNobodyInOnHalfALogin();
    void letsNobodyIntoAnothersOrganization();

private:
    QByteArray statusOf(const SignedUp &person)
    {
        return m_required->value<QByteArray>("select status from aegis.organization where id = $1::uuid", Text{person.organizationId});
    }

    QByteArray reasonOf(const SignedUp &person)
    {
        return m_required->value<QByteArray>("select string_agg(payload ->> 'reason', ',') from aegis.event where type = 'OrganizationActivated' and "
                                             "tenant_id = $1::uuid",
                                             Text{person.organizationId});
    }

    std::unique_ptr<TestServer> m_required;
};

void TestEmailVerification::initTestCase()
{
    m_required = std::make_unique<TestServer>(Environment{{"EMAIL_VERIFICATION", "required"}});
}

void TestEmailVerification::cleanupTestCase()
{
    m_required.reset();
}

void TestEmailVerification::sendsNothingUnlessAskedTo()
{
    TestServer server;
    const SignedUp ada = server.signUp();

    QVERIFY_REPLY(server.client().post("/auth/email/resend", textObject({{"email", ada.email}})), 202, "");

    QTRY_COMPARE(server.value<qint64>("select count(*) from aegis.mail_request"), qint64(0));
    QCOMPARE(server.value<qint64>("select count(*) from aegis.email_token"), qint64(0));
    QCOMPARE(MailBox(server.dataDirectory()).to(ada.email).size(), std::size_t(0));
}

void TestEmailVerification::isOptional()
{
    TestServer server(Environment{{"EMAIL_VERIFICATION", "optional"}});
    const SignedUp ada = server.signUp();
    QVERIFY_REPLY(server.client().as(ada.accessToken).get("/auth/me"), 200, "");
    QCOMPARE(server.client().as(ada.accessToken).get("/auth/me").json()[QLatin1String("organization")][QLatin1String("status")].toString(),
             QStringLiteral("active"));

    QVERIFY_REPLY(verify(server, tokenOf(server, ada)), 204, "");

    QCOMPARE(server.client().as(ada.accessToken).get("/auth/me").json()[QLatin1String("user")][QLatin1String("emailVerified")].toBool(), true);
    QCOMPARE(server.events(ada.organizationId).count("EmailVerified"), 1);
    QVERIFY(!server.events(ada.organizationId).contains("OrganizationActivated"));
}

void TestEmailVerification::keepsAnOrganizationPending()
{
    const TestReply signup = m_required->client().post("/auth/signup", m_required->signupRequest());

    QVERIFY_REPLY(signup, 201, "");
    QCOMPARE(signup.json()[QLatin1String("organization")][QLatin1String("status")].toString(), QStringLiteral("pending"));
    QCOMPARE(signup.json()[QLatin1String("user")][QLatin1String("emailVerified")].toBool(), false);
    SignedUp ada = signedUpBy(signup, m_required->signupRequest()[QLatin1String("password")].toString().toUtf8());
    QCOMPARE(statusOf(ada), QByteArray("pending"));
    // The session is in no organization, and has no role; neither has that of a login, nor what comes of a refresh.
    const TestReply refreshed = m_required->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}}));
    QVERIFY_REPLY(refreshed, 200, "");
    for (const QByteArray &token : {ada.accessToken, m_required->logIn(ada).accessToken, refreshed.text(QLatin1String("accessToken"))}) {
        const TestReply verified = m_required->client().as(token).get("/auth/verify");
        QVERIFY_REPLY(verified, 204, "");
        QVERIFY2(verified.field("X-Auth-Organization").isEmpty() && verified.field("X-Auth-Roles").isEmpty(), verified.described().constData());
        QVERIFY(m_required->client().as(token).get("/auth/me").json()[QLatin1String("organization")].isNull());
    }
    QCOMPARE(m_required->value<qint64>("select count(*) from aegis.session where organization_id = $1::uuid", Text{ada.organizationId}), qint64(0));
}

void TestEmailVerification::activatesTheOrganization()
{
    const SignedUp ada = m_required->signUp();
    const auto mails = MailBox(m_required->dataDirectory()).waitFor(ada.email);
    QCOMPARE(mails.size(), std::size_t(1));
    QVERIFY2(mails.front().plain.contains(QStringLiteral("/verify-email#token=")), qPrintable(mails.front().plain));

    QVERIFY_REPLY(verify(*m_required, mails.front().token()), 204, "");

    QCOMPARE(statusOf(ada), QByteArray("active"));
    const SignedUp again = m_required->logIn(ada);
    QCOMPARE(again.organizationId, ada.organizationId);
    QCOMPARE(m_required->client().as(again.accessToken).get("/auth/verify").field("X-Auth-Roles"), QByteArray("ORGANIZATION_OWNER"));
    const QByteArrayList events = m_required->events(ada.organizationId);
    QCOMPARE(events.count("EmailVerified"), 1);
    QCOMPARE(events.count("OrganizationActivated"), 1);
    QVERIFY_REPLY(verify(*m_required, mails.front().token()), 400, "invalid_mail_token");
}

void TestEmailVerification::letsAPersonWithoutOrganizationIn()
{
    const SignedUp ada = m_required->registerPerson();
    QVERIFY_REPLY(m_required->client().as(ada.accessToken).get("/auth/me"), 200, "");

    QVERIFY_REPLY(verify(*m_required, tokenOf(*m_required, ada)), 204, "");

    QCOMPARE(m_required->events(ada.userId).count("EmailVerified"), 1);
}

void TestEmailVerification::sendsAnotherMail()
{
    const SignedUp ada = m_required->signUp();
    const QByteArray first = tokenOf(*m_required, ada);

    QVERIFY_REPLY(m_required->client().post("/auth/email/resend", textObject({{"email", ada.email}})), 202, "");
    const QByteArray second = tokenOf(*m_required, ada, 2);

    QVERIFY(!second.isEmpty() && second != first);
    QVERIFY_REPLY(verify(*m_required, second), 204, "");
    QCOMPARE(statusOf(ada), QByteArray("active"));
    QVERIFY_REPLY(verify(*m_required, first), 400, "invalid_mail_token"); // used up with the other one
}

void TestEmailVerification::sendsNothingToVerifiedOrUnknownAddresses()
{
    const SignedUp ada = m_required->signUp();
    QVERIFY_REPLY(verify(*m_required, tokenOf(*m_required, ada)), 204, "");

    for (const QByteArray &email : {ada.email, QByteArray("nobody@example.com")})
        QVERIFY_REPLY(m_required->client().post("/auth/email/resend", textObject({{"email", email}})), 202, "");

    QTRY_COMPARE(m_required->value<qint64>("select count(*) from aegis.mail_request"), qint64(0));
    QCOMPARE(MailBox(m_required->dataDirectory()).to(ada.email).size(), std::size_t(1));
    QCOMPARE(MailBox(m_required->dataDirectory()).to("nobody@example.com").size(), std::size_t(0));
}

void TestEmailVerification::worksOnceForManyAtTheSameMoment()
{
    const SignedUp ada = m_required->signUp();
    const QByteArray token = tokenOf(*m_required, ada);

    const auto replies = together(10, [&](int) { return verify(*m_required, token); });

    int done = 0;
    for (const TestReply &reply : replies) {
        done += reply.status == 204;
        QVERIFY2(reply.status == 204 || reply.code() == "invalid_mail_token", reply.described().constData());
    }
    QCOMPARE(done, 1);
    QCOMPARE(m_required->events(ada.organizationId).count("EmailVerified"), 1);
    QCOMPARE(reasonOf(ada), QByteArray("verified"));
}

void TestEmailVerification::bothMailsCountOnce()
{
    const SignedUp ada = m_required->signUp();
    const QByteArray first = tokenOf(*m_required, ada);
    QVERIFY_REPLY(m_required->client().post("/auth/email/resend", textObject({{"email", ada.email}})), 202, "");
    const QByteArray second = tokenOf(*m_required, ada, 2);

    const auto replies = together(2, [&](int i) { return verify(*m_required, i == 0 ? first : second); });

    QCOMPARE((replies[0].status == 204) + (replies[1].status == 204), 1);
    QCOMPARE(m_required->events(ada.organizationId).count("EmailVerified"), 1);
}

void TestEmailVerification::endsAfterItsTime()
{
    TestServer server(Environment{{"EMAIL_VERIFICATION", "required"}, {"EMAIL_VERIFICATION_TTL", "2h"}});
    const SignedUp ada = server.signUp();
    const QByteArray token = tokenOf(server, ada);

    server.advance(2h);

    QVERIFY_REPLY(verify(server, token), 400, "invalid_mail_token");
    QCOMPARE(server.value<QByteArray>("select status from aegis.organization"), QByteArray("pending"));
}

void TestEmailVerification::provesOnlyTheAddressItWasSentTo()
{
    const SignedUp ada = m_required->signUp();
    const QByteArray token = tokenOf(*m_required, ada);
    m_required->sql("update aegis.\"user\" set email = 'elsewhere@example.com' where id = $1::uuid", Text{ada.userId});

    QVERIFY_REPLY(verify(*m_required, token), 400, "invalid_mail_token");

    QCOMPARE(statusOf(ada), QByteArray("pending"));
}

void TestEmailVerification::activatesNobodyElsesOrganization()
{
    const SignedUp ada = m_required->signUp();
    const SignedUp bob = m_required->signUp();
    // He is managed by her organization, and no owner of it.
    m_required->sql("update aegis.\"user\" set managed_by = $1::uuid where id = $2::uuid", Text{ada.organizationId}, Text{bob.userId});

    QVERIFY_REPLY(verify(*m_required, tokenOf(*m_required, bob)), 204, "");

    QCOMPARE(statusOf(ada), QByteArray("pending"));
    QCOMPARE(statusOf(bob), QByteArray("pending"));
}

void TestEmailVerification::takesNoTokenOfAReset()
{
    const SignedUp ada = m_required->signUp();
    QCOMPARE(MailBox(m_required->dataDirectory()).waitFor(ada.email).size(), std::size_t(1));
    QVERIFY_REPLY(m_required->client().post("/auth/password/forgot", textObject({{"email", ada.email}})), 202, "");

    QVERIFY_REPLY(verify(*m_required, tokenOf(*m_required, ada, 2)), 400, "invalid_mail_token");

    QCOMPARE(statusOf(ada), QByteArray("pending"));
}

void TestEmailVerification::holdsWithAnIdempotencyKey()
{
    const QJsonObject request = m_required->signupRequest();
    const TestClient client = m_required->client().with("Idempotency-Key", "0193a0f0-7c00-7abc-8def-0000000000aa");

    const TestReply first = client.post("/auth/signup", request);
    const TestReply again = client.post("/auth/signup", request);

    QVERIFY_REPLY(first, 201, "");
    QCOMPARE(again.body, first.body);
    const QByteArray email = request[QLatin1String("email")].toString().toUtf8();
    QCOMPARE(MailBox(m_required->dataDirectory()).waitFor(email).size(), std::size_t(1));
    QTRY_COMPARE(m_required->value<qint64>("select count(*) from aegis.mail_outbox"), qint64(0));
    QCOMPARE(MailBox(m_required->dataDirectory()).to(email).size(), std::size_t(1));
}

void TestEmailVerification::keepsTheSlugOfAPendingOrganization()
{
    const SignedUp ada = m_required->signUp();
    QJsonObject request = m_required->signupRequest();
    request[QStringLiteral("organizationSlug")] = QString::fromUtf8(ada.slug);

    QVERIFY_REPLY(m_required->client().post("/auth/signup", request), 409, "slug_taken");
}

void TestEmailVerification::letsTheOwnerInWhenItIsNotRequiredAnyMore_data()
{
    QTest::addColumn<QByteArray>("mode");
    QTest::newRow("off") << QByteArray("off");
    QTest::newRow("optional") << QByteArray("optional");
}

void TestEmailVerification::letsTheOwnerInWhenItIsNotRequiredAnyMore()
{
    QFETCH(QByteArray, mode);
    const SignedUp ada = m_required->signUp();
    const auto server = m_required->another({{"EMAIL_VERIFICATION", mode}});
    QVERIFY_REPLY(server->client().post("/auth/login", textObject({{"email", ada.email}, {"password", "Not-The-Password-1"}})), 401,
                  "invalid_credentials");
    QCOMPARE(statusOf(ada), QByteArray("pending"));

    const SignedUp again = server->logIn(ada);

    QCOMPARE(again.organizationId, ada.organizationId);
    QCOMPARE(server->client().as(again.accessToken).get("/auth/verify").field("X-Auth-Roles"), QByteArray("ORGANIZATION_OWNER"));
    QCOMPARE(statusOf(ada), QByteArray("active"));
    QCOMPARE(server->logIn(ada).organizationId, ada.organizationId);
    QCOMPARE(reasonOf(ada), QByteArray("not_required")); // once
    QVERIFY(!m_required->events(ada.organizationId).contains("EmailVerified"));
    QCOMPARE(server->client().as(again.accessToken).get("/auth/me").json()[QLatin1String("user")][QLatin1String("emailVerified")].toBool(), false);
}

void TestEmailVerification::letsNobodyInOnHalfALogin()
{
    const auto server = m_required->another({{"EMAIL_VERIFICATION", "off"}});
    const Enrolled ada = enrol(*server, m_required->signUp()); // in the session of the signup

    const QByteArray half = mfaTokenFor(*server, ada.person);
    QVERIFY_REPLY(challengeWithBackupCode(*server, half, "00000-00000"), 403, "invalid_mfa_code");
    QCOMPARE(statusOf(ada.person), QByteArray("pending"));
    const TestReply whole = challengeWithBackupCode(*server, half, ada.backupCodes[0]);

    QVERIFY_REPLY(whole, 200, "");
    QCOMPARE(whole.json()[QLatin1String("organization")][QLatin1String("id")].toString().toUtf8(), ada.person.organizationId);
    QCOMPARE(statusOf(ada.person), QByteArray("active"));
}

void TestEmailVerification::letsNobodyIntoAnothersOrganization()
{
    const SignedUp ada = m_required->signUp();
    const SignedUp bob = m_required->signUp();
    m_required->sql("update aegis.\"user\" set managed_by = $1::uuid where id = $2::uuid", Text{ada.organizationId}, Text{bob.userId});
    const auto server = m_required->another({{"EMAIL_VERIFICATION", "off"}});

    QVERIFY(server->logIn(bob).organizationId.isEmpty());

    QCOMPARE(statusOf(ada), QByteArray("pending"));
    QCOMPARE(statusOf(bob), QByteArray("pending"));
}

AEGIS_TEST(TestEmailVerification)
#include "TestEmailVerification.moc"
