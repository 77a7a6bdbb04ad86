#include "server/auth/UnverifiedSignups.h"
#include "tests/integration/SecondFactors.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

#include <numeric>

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
    void removesWhatWasNeverVerified();
    void removesNothingElse_data();
    void removesNothingElse();
    void oneThatCannotBeRemovedKeepsNoOthers();
    void removesOnceWhenManyDo();
    void theServerRemovesOnlyWhileItVerifies();
    void nothingElseCanBeDeleted_data();
    void nothingElseCanBeDeleted();

private:
    static TestReply verify(TestServer &server, const QByteArray &token)
    {
        return server.client().post("/auth/email/verify", textObject({{"token", token}}));
    }
    static QByteArray tokenOf(TestServer &server, const SignedUp &person, std::size_t count = 1)
    {
        const auto mails = MailBox(server.dataDirectory()).waitFor(person.email, count);
        return mails.size() == count ? mails.back().token() : QByteArray();
    }
    QByteArray statusOf(const SignedUp &person)
    {
        return m_required->value<QByteArray>("select status from aegis.organization where id = $1::uuid", Text{person.organizationId});
    }

    /// Makes the signup older, as if it had been so long ago.
    void age(const SignedUp &person, const QByteArray &by)
    {
        m_required->sql("update aegis.organization set created_at = created_at - $2::text::interval where id = $1::uuid", Text{person.organizationId},
                        Text{by});
    }
    qint64 removeOverdue()
    {
        DatabaseSession session(m_required->database().serving);
        const auto removed = UnverifiedSignups(session, {.retention = 7 * 24h}).removeOverdue(m_required->now());
        if (!removed)
            qFatal("%s", qPrintable(removed.problem().internal));
        return *removed;
    }
    bool isThere(const SignedUp &person)
    {
        return m_required->value<bool>("select exists (select from aegis.\"user\" where id = $1::uuid)", Text{person.userId});
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

void TestEmailVerification::removesWhatWasNeverVerified()
{
    QJsonObject request = m_required->signupRequest();
    const TestReply signup = m_required->client().post("/auth/signup", request);
    const SignedUp squatter = signedUpBy(signup, request[QLatin1String("password")].toString().toUtf8());
    const SignedUp elsewhere = m_required->logIn(squatter);
    const QByteArray token = tokenOf(*m_required, squatter);
    const QByteArray events = m_required->events(squatter.organizationId).join(' ');
    age(squatter, "6 days 23 hours");
    QCOMPARE(removeOverdue(), qint64(0));
    age(squatter, "1 hour");

    QCOMPARE(removeOverdue(), qint64(1));

    QVERIFY(!isThere(squatter));
    for (const char *table : {"organization where id", "organization_details where organization_id", "organization_role where organization_id",
                              "user_role where organization_id"})
        QCOMPARE(m_required->value<qint64>(Sql::composed(QByteArray("select count(*) from aegis.") + table + " = $1::uuid"),
                                           Text{squatter.organizationId}),
                 qint64(0));
    for (const char *table : {"session", "refresh_token", "user_profile", "email_token"})
        QCOMPARE(m_required->value<qint64>(Sql::composed(QByteArray("select count(*) from aegis.") + table + " where user_id = $1::uuid"),
                                           Text{squatter.userId}),
                 qint64(0));
    QCOMPARE(m_required->events(squatter.organizationId).join(' '), events + " OrganizationSignupExpired"); // what happened stays
    for (const SignedUp &ended : {squatter, elsewhere}) {
        QTRY_COMPARE(m_required->client().as(ended.accessToken).get("/auth/verify").code(), QByteArray("invalid_token"));
        QVERIFY_REPLY(m_required->client().post("/auth/refresh", textObject({{"refreshToken", ended.refreshToken}})), 401, "invalid_refresh_token");
    }
    QVERIFY_REPLY(verify(*m_required, token), 400, "invalid_mail_token");
    request[QStringLiteral("password")] = QStringLiteral("Quiet-Harbour-81-Lantern"); // whose address and name it is
    QVERIFY_REPLY(m_required->client().post("/auth/signup", request), 201, "");
}

void TestEmailVerification::removesNothingElse_data()
{
    QTest::addColumn<QByteArray>("statement"); ///< what is different about her; $1 is her, $2 her organization
    QTest::newRow("who has verified the address") << QByteArray(
        "update aegis.\"user\" set email_verified_at = now() where id = $1::uuid and $2::uuid is not null");
    QTest::newRow("an active organization") << QByteArray(
        "update aegis.organization set status = 'active' where id = $2::uuid and $1::uuid is not null");
    QTest::newRow("a suspended organization") << QByteArray(
        "update aegis.organization set status = 'suspended' where id = $2::uuid and $1::uuid is not null");
    QTest::newRow("who is suspended") << QByteArray("update aegis.\"user\" set status = 'suspended' where id = $1::uuid and $2::uuid is not null");
    QTest::newRow("who is somewhere else, too") << QByteArray(
        "with other as (insert into aegis.organization values (gen_random_uuid(), 'other-' || right($2::text, 12), 'active', now(), now()) returning "
        "id), "
        "role as (insert into aegis.organization_role select id, gen_random_uuid(), 'GUEST', false, now() from other returning *) "
        "insert into aegis.user_role select organization_id, $1::uuid, id, now() from role");
    QTest::newRow("an organization in which is somebody else") << QByteArray(
        "with other as (insert into aegis.\"user\" (id, email, status, managed_by, password_changed_at, created_at, updated_at) "
        "values (gen_random_uuid(), right($1::text, 12) || '@example.com', 'active', $2::uuid, now(), now(), now()) returning id) select from other");
}

void TestEmailVerification::removesNothingElse()
{
    QFETCH(QByteArray, statement);
    const SignedUp ada = m_required->signUp();
    const SignedUp person = m_required->registerPerson(); // in no organization, and used as it is
    m_required->sql("update aegis.\"user\" set created_at = created_at - interval '1 year' where id = $1::uuid", Text{person.userId});
    age(ada, "30 days");
    m_required->sql(Sql::composed(statement), Text{ada.userId}, Text{ada.organizationId});

    QCOMPARE(removeOverdue(), qint64(0));

    QVERIFY(isThere(ada) && isThere(person));
    QCOMPARE(m_required->client().as(ada.accessToken).get("/auth/verify").status, 204);
}

// Something belongs to it that a signup does not make.
void TestEmailVerification::oneThatCannotBeRemovedKeepsNoOthers()
{
    const SignedUp ada = m_required->signUp();
    const SignedUp bob = m_required->signUp();
    age(ada, "8 days");
    age(bob, "8 days");
    m_required->sql("create table public.belonging as select id as organization_id from aegis.organization where id = $1::uuid",
                    Text{ada.organizationId});
    m_required->sql("alter table public.belonging add foreign key (organization_id) references aegis.organization (id)");

    QCOMPARE(removeOverdue(), qint64(1));

    QVERIFY(isThere(ada) && !isThere(bob));
    QCOMPARE(statusOf(ada), QByteArray("pending"));
    QVERIFY_REPLY(m_required->client().as(ada.accessToken).get("/auth/me"), 200, ""); // nothing of it is half done
    QVERIFY(!m_required->events(ada.organizationId).contains("OrganizationSignupExpired"));
    m_required->sql("drop table public.belonging");
    QCOMPARE(removeOverdue(), qint64(1));
}

void TestEmailVerification::removesOnceWhenManyDo()
{
    std::vector<SignedUp> people;
    for (int i = 0; i < 5; ++i) {
        people.push_back(m_required->signUp());
        age(people.back(), "8 days");
    }

    const auto removed = together(4, [&](int) { return removeOverdue(); });

    QCOMPARE(std::accumulate(removed.begin(), removed.end(), qint64(0)), qint64(5));
    for (const SignedUp &person : people) {
        QVERIFY(!isThere(person));
        QCOMPARE(m_required->events(person.organizationId).count("OrganizationSignupExpired"), 1);
    }
}

void TestEmailVerification::theServerRemovesOnlyWhileItVerifies()
{
    const SignedUp ada = m_required->signUp();
    const SignedUp bob = m_required->signUp();
    age(ada, "8 days");
    // What the housekeeping does after it: a lock whose time is over.
    m_required->sql("update aegis.\"user\" set status = 'locked', locked_until = now() - interval '1 minute' where id = $1::uuid", Text{bob.userId});
    const auto isOver = [&] { return m_required->value<bool>("select status = 'active' from aegis.\"user\" where id = $1::uuid", Text{bob.userId}); };

    const auto other = m_required->another({{"EMAIL_VERIFICATION", "off"}});
    QTRY_VERIFY_WITH_TIMEOUT(isOver(), 20'000);
    QVERIFY(isThere(ada)); // her login would let her in there
    const auto own = m_required->another({{"UNVERIFIED_RETENTION", "1d"}});
    QTRY_VERIFY_WITH_TIMEOUT(!isThere(ada), 20'000);

    QVERIFY(isThere(bob));
}

void TestEmailVerification::nothingElseCanBeDeleted_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::newRow("a person") << QByteArray("delete from aegis.\"user\" where id = $1::uuid");
    QTest::newRow("an organization") << QByteArray("delete from aegis.organization where id = $1::uuid");
    QTest::newRow("its name") << QByteArray("delete from aegis.organization_details where organization_id = $1::uuid");
    QTest::newRow("its roles") << QByteArray("delete from aegis.organization_role where organization_id = $1::uuid");
}

// By a mistake in the server's SQL: the database itself holds it.
void TestEmailVerification::nothingElseCanBeDeleted()
{
    QFETCH(QByteArray, statement);
    const bool isPerson = statement.contains("user");
    ServingRole serving(*m_required);
    const SignedUp pending = m_required->signUp();
    const SignedUp active = m_required->signUp();
    QVERIFY_REPLY(verify(*m_required, tokenOf(*m_required, active)), 204, "");
    const SignedUp alone = m_required->registerPerson();
    const auto removed = [&](const SignedUp &who, const SignedUp &whose) {
        return serving.touched(who, statement, isPerson ? whose.userId : whose.organizationId);
    };

    QCOMPARE(removed(active, active), QByteArray("0"));
    QCOMPARE(removed(active, pending), QByteArray("0"));
    QCOMPARE(removed(alone, pending), QByteArray("0"));
    QCOMPARE(removed(SignedUp(), pending), QByteArray("0"));
    if (isPerson)
        QCOMPARE(removed(alone, alone), QByteArray("0"));
    // The address alone, not verified, gives nobody away whom an organization in use manages.
    m_required->sql("update aegis.\"user\" set email_verified_at = null where id = $1::uuid", Text{active.userId});
    QCOMPARE(removed(active, active), QByteArray("0"));
    QVERIFY(isThere(pending) && isThere(active) && isThere(alone));
    QCOMPARE(statusOf(pending) + statusOf(active), QByteArray("pendingactive"));
}

AEGIS_TEST(TestEmailVerification)
#include "TestEmailVerification.moc"
