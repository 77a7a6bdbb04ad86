#include "server/auth/UnverifiedSignups.h"
#include "tests/integration/ServingRole.h"
#include "tests/integration/VerificationMails.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <numeric>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// What becomes of signups whose owner's address is never verified (UNVERIFIED_RETENTION).
class TestUnverifiedSignups : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_required = std::make_unique<TestServer>(Environment{{"EMAIL_VERIFICATION", "required"}}); }
    void cleanupTestCase() { m_required.reset(); }
    void removesWhatWasNeverVerified();
    void removesNothingElse_data();
    void removesNothingElse();
    void oneThatCannotBeRemovedKeepsNoOthers();
    void removesOnceWhenManyDo();
    void theServerRemovesOnlyWhileItVerifies();
    void nothingElseCanBeDeleted_data();
    void nothingElseCanBeDeleted();

private:
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

    std::unique_ptr<TestServer> m_required;
};

void TestUnverifiedSignups::removesWhatWasNeverVerified()
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

void TestUnverifiedSignups::removesNothingElse_data()
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

void TestUnverifiedSignups::removesNothingElse()
{
    QFETCH(QByteArray, statement);
    const SignedUp ada = m_required->signUp();
    const SignedUp person = m_required->registerPerson(); // in no organization, and used as it is
    m_required->sql("update aegis.\"user\" set created_at = created_at - interval '1 year' where id = $1::uuid", Text{person.userId});
    age(ada, "30 days");
    m_required->sql(Sql::composed(statement), Text{ada.userId}, Text{ada.organizationId});

    QCOMPARE(removeOverdue(), qint64(0));

    QVERIFY(isThere(ada) && isThere(person));
    QVERIFY(m_required->value<bool>("select ended_at is null from aegis.session where id = $1::uuid", Text{ada.sessionId}));
}

// Something belongs to it that a signup does not make.
void TestUnverifiedSignups::oneThatCannotBeRemovedKeepsNoOthers()
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

void TestUnverifiedSignups::removesOnceWhenManyDo()
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

void TestUnverifiedSignups::theServerRemovesOnlyWhileItVerifies()
{
    const SignedUp ada = m_required->signUp();
    const SignedUp bob = m_required->signUp();
    age(ada, "8 days");
    // What is done after it: a lock whose time is over.
    m_required->sql("update aegis.\"user\" set status = 'locked', locked_until = now() - interval '1 minute' where id = $1::uuid", Text{bob.userId});
    const auto isOver = [&] { return m_required->value<bool>("select status = 'active' from aegis.\"user\" where id = $1::uuid", Text{bob.userId}); };

    const auto makeDue = [&] { m_required->sql("delete from aegis.job_run"); }; // an hour later the jobs would be by themselves
    const auto haveRun = [&] {
        return m_required->value<bool>("select (select count(*) from aegis.job_run where outcome <> 'running') = (select count(*) from aegis.job)");
    };
    makeDue();
    const auto other = m_required->another({{"EMAIL_VERIFICATION", "off"}});
    QTRY_VERIFY_WITH_TIMEOUT(isOver(), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(haveRun(), 20'000);
    QVERIFY(isThere(ada)); // her login would let her in there
    makeDue();
    const auto own = m_required->another({{"UNVERIFIED_RETENTION", "1d"}});
    QTRY_VERIFY_WITH_TIMEOUT(!isThere(ada), 20'000);

    QVERIFY(isThere(bob));
}

void TestUnverifiedSignups::nothingElseCanBeDeleted_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::newRow("a person") << QByteArray("delete from aegis.\"user\" where id = $1::uuid");
    QTest::newRow("an organization") << QByteArray("delete from aegis.organization where id = $1::uuid");
    QTest::newRow("its name") << QByteArray("delete from aegis.organization_details where organization_id = $1::uuid");
    QTest::newRow("its roles") << QByteArray("delete from aegis.organization_role where organization_id = $1::uuid");
}

// By a mistake in the server's SQL: the database itself holds it.
void TestUnverifiedSignups::nothingElseCanBeDeleted()
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

AEGIS_TEST(TestUnverifiedSignups)
#include "TestUnverifiedSignups.moc"
