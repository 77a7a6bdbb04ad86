#include "server/db/Connection.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

namespace {

QByteArray plainName(const QByteArray &table)
{
    return "aegis.\"" + table + '"';
}

} // namespace

// Two organizations and two people without one. What one of them may do is tried as the role that serves, with the tenant
// set as the server sets it; what is really there is looked at as the superuser.
class TestTenantIsolation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void knowsEveryTable();
    void hidesOtherTenants_data() { tenantTables(); }
    void hidesOtherTenants();
    void showsNothingToNobody_data() { tenantTables(); }
    void showsNothingToNobody();
    void keepsOthersRowsFromBeingChanged_data() { tenantTables(); }
    void keepsOthersRowsFromBeingChanged();
    void keepsRowsOfOthersFromBeingAdded_data() { tenantTables(); }
    void keepsRowsOfOthersFromBeingAdded();
    void givesRolesToNobodyElsesPeople_data();
    void givesRolesToNobodyElsesPeople();
    void givesNoRoleOfAnotherTenant();
    void givesRolesToItsOwnPeople_data();
    void givesRolesToItsOwnPeople();
    void forgetsTheTenantWithTheTransaction();
    void theViewsOfThePlatformShowNothingToOthers();
    void showsMailsToTheServerAlone();
    void leavesWhatHasExpiredToTheServerAlone_data();
    void leavesWhatHasExpiredToTheServerAlone();
    void showsNoOtherTenantOverHttp();

private:
    static void tenantTables();
    /// One statement on behalf of somebody; what went wrong, or how many rows it touched.
    QByteArray touched(const SignedUp &who, const QByteArray &statement, const QByteArray &parameter)
    {
        return m_serving->touched(who, statement, parameter);
    }
    /// The same for a role that is given to a person in the organization of `who`; the role is the owner's of `roleOf`.
    QByteArray given(const SignedUp &who, const QByteArray &person, const SignedUp &roleOf);
    qint64 memberships(const QByteArray &person);

    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<ServingRole> m_serving;
    SignedUp m_ada, m_bob, m_carol, m_dave;
};

void TestTenantIsolation::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    m_serving = std::make_unique<ServingRole>(*m_server);
    m_ada = m_server->signUp();
    m_bob = m_server->signUp();
    m_carol = m_server->registerPerson();
    m_dave = m_server->registerPerson();
    // What somebody has who uses everything.
    m_server->sql("insert into aegis.mfa_factor (user_id, kind, secret_sealed, created_at, activated_at) select id, 'totp', 'x', now(), now() from "
                  "aegis.\"user\"");
    m_server->sql("insert into aegis.platform_role (user_id, role, created_at) select id, 'PLATFORM_AUDITOR', now() from aegis.\"user\"");
    m_server->sql("insert into aegis.backup_code (user_id, code_hash, created_at) select id, sha256(id::text::bytea), now() from aegis.\"user\"");
    m_server->sql("insert into aegis.mfa_challenge (user_id, id, created_at, expires_at) "
                  "select id, gen_random_uuid(), now(), now() + interval '5 minutes' from aegis.\"user\"");
    m_server->sql("insert into aegis.email_token (user_id, token_hash, kind, email, created_at, expires_at) "
                  "select id, sha256(id::text::bytea), 'password_reset', email, now(), now() + interval '5 minutes' from aegis.\"user\"");
    m_server->sql(
        "insert into aegis.invitation (organization_id, id, email, roles, token_hash, invited_by, created_at, sent_at, expires_at) "
        "select o.id, gen_random_uuid(), 'guest@example.org', '{MEMBER}', sha256(o.id::text::bytea), o.id, now(), now(), now() + interval '3 days' "
        "from aegis.organization o");
    m_server->sql("insert into aegis.mail_outbox (tenant_id, id, kind, language, sealed, created_at, expires_at, next_attempt_at) "
                  "select id, gen_random_uuid(), 'test', 'en', 'x', now(), now() + interval '1 hour', now() + interval '1 hour' from aegis.\"user\"");
}

void TestTenantIsolation::cleanupTestCase()
{
    m_serving.reset();
    m_server.reset();
}

/// Each table that holds what belongs to somebody, with the condition by which a row is the tenant's ($1) own.
void TestTenantIsolation::tenantTables()
{
    QTest::addColumn<QByteArray>("table");
    QTest::addColumn<QByteArray>("owner"); ///< condition
    QTest::addColumn<bool>("ofPerson");    ///< people without an organization have rows of it too
    const QByteArray userOfOrganization = "(select user_id from aegis.user_role where organization_id = $1::uuid union select $1::uuid)";
    const auto row = [](const char *table, const QByteArray &owner, bool ofPerson) {
        QTest::newRow(table) << QByteArray(table) << owner << ofPerson;
    };
    row("organization", "id = $1::uuid", false);
    row("organization_details", "organization_id = $1::uuid", false);
    row("organization_role", "organization_id = $1::uuid", false);
    row("invitation", "organization_id = $1::uuid", false);
    row("user_role", "organization_id = $1::uuid", false);
    row("user", "id in " + userOfOrganization, true);
    row("user_profile", "user_id in " + userOfOrganization, true);
    row("session", "tenant_id = $1::uuid", true);
    row("refresh_token", "tenant_id = $1::uuid", true);
    row("event", "tenant_id = $1::uuid", true);
    row("mfa_factor", "user_id in " + userOfOrganization, true);
    row("backup_code", "user_id in " + userOfOrganization, true);
    row("mfa_challenge", "user_id in " + userOfOrganization, true);
    row("email_token", "user_id in " + userOfOrganization, true);
    row("platform_role", "user_id in " + userOfOrganization, true);
    row("user_activity", "user_id in " + userOfOrganization, true);
}

void TestTenantIsolation::knowsEveryTable()
{
    const QStringList known{QStringLiteral("backup_code"),   QStringLiteral("email_token"),          QStringLiteral("event"),
                            QStringLiteral("invitation"),    QStringLiteral("mfa_challenge"),        QStringLiteral("mfa_factor"),
                            QStringLiteral("organization"),  QStringLiteral("organization_details"), QStringLiteral("organization_role"),
                            QStringLiteral("platform_role"), QStringLiteral("refresh_token"),        QStringLiteral("session"),
                            QStringLiteral("user"),          QStringLiteral("user_activity"),        QStringLiteral("user_profile"),
                            QStringLiteral("user_role")};
    const QStringList ofNoTenant{QStringLiteral("client"),       QStringLiteral("idempotency_key"), QStringLiteral("job"),
                                 QStringLiteral("job_lease"),    QStringLiteral("job_run"),         QStringLiteral("mail_outbox"),
                                 QStringLiteral("mail_request"), QStringLiteral("migration"),       QStringLiteral("revocation"),
                                 QStringLiteral("seal"),         QStringLiteral("seal_key"),        QStringLiteral("seal_node"),
                                 QStringLiteral("signing_key")};

    QStringList all = m_server->value<QStringList>("select array_agg(relname::text order by relname) from pg_class "
                                                   "where relnamespace = 'aegis'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') and not "
                                                   "relispartition and relname not like 'every\\_%' and relname <> 'told_event'");
    for (const QString &name : ofNoTenant)
        QVERIFY2(all.removeOne(name), qPrintable(name));

    QCOMPARE(all, known); // a new table belongs into the table of this test
}

/// Whoever the transaction names must have a role of the platform by now.
void TestTenantIsolation::theViewsOfThePlatformShowNothingToOthers()
{
    const SignedUp eve = m_server->signUp();
    const Rows views = m_server->sql("select relname::text from pg_class where relnamespace = 'aegis'::regnamespace and relkind = 'v'");
    QVERIFY(views.size() > 10);
    for (const Row view : views) {
        const QByteArray name = view.get<QByteArray>(0);
        if (name == "told_event") { // what one may see of the events anyway
            const QByteArray ofAda = "select 1 from aegis.told_event where tenant_id = $1::uuid";
            QCOMPARE(touched(eve, ofAda, m_ada.organizationId), QByteArray("0"));
            QVERIFY(touched(m_ada, ofAda, m_ada.organizationId).toInt() > 0);
            continue;
        }
        QVERIFY2(name.startsWith("every_"), name.constData());
        const QByteArray all = "select 1 from aegis." + name;
        QCOMPARE(touched(m_ada, all, {}), QByteArray("0")); // not even who has a role, unless the transaction says that it is used
        const QByteArray named = "with named as materialized (select set_config('app.platform_actor', $1, true) as x) select 1 from named, lateral ("
            + all + " where named.x is not null) v";
        QCOMPARE(touched(eve, named, eve.userId), QByteArray("0"));
        QCOMPARE(touched(eve, named, UserId::make(m_server->now()).text()), QByteArray("0"));
    }
}

void TestTenantIsolation::showsMailsToTheServerAlone()
{
    QCOMPARE(touched(m_ada, "select 1 from aegis.mail_outbox", {}), QByteArray("0"));
    QCOMPARE(touched(m_ada, "delete from aegis.mail_outbox where tenant_id = $1::uuid", m_ada.userId), QByteArray("0"));
    QVERIFY(touched(SignedUp(), "select 1 from aegis.mail_outbox", {}).toInt() > 0);
}

void TestTenantIsolation::leavesWhatHasExpiredToTheServerAlone_data()
{
    QTest::addColumn<QByteArray>("table");
    QTest::addColumn<QByteArray>("insert");
    QTest::newRow("logins") << QByteArray("mfa_challenge")
                            << QByteArray("insert into aegis.mfa_challenge (user_id, id, created_at, expires_at) values ($1::uuid, "
                                          "gen_random_uuid(), now() - interval '3 hours', "
                                          "now() - interval '2 hours')");
    QTest::newRow("mailed tokens")
        << QByteArray("email_token")
        << QByteArray("insert into aegis.email_token (user_id, token_hash, kind, email, created_at, expires_at) values ($1::uuid, sha256('expired'), "
                      "'password_reset', 'bob@example.com', now() - interval '3 hours', now() - interval '2 hours')");
}

// The policies that let the server clear what has expired are for who has no tenant.
void TestTenantIsolation::leavesWhatHasExpiredToTheServerAlone()
{
    QFETCH(QByteArray, table);
    QFETCH(QByteArray, insert);
    m_server->sql(Sql::composed(insert), Text{m_bob.userId});
    const QByteArray expired = " from aegis." + table + " where user_id = $1::uuid and expires_at < now()";

    for (const SignedUp &other : {m_ada, m_carol}) {
        QCOMPARE(touched(other, "select 1" + expired, m_bob.userId), QByteArray("0"));
        QCOMPARE(touched(other, "delete" + expired, m_bob.userId), QByteArray("0"));
    }
    SignedUp organizationAlone;
    organizationAlone.organizationId = m_bob.organizationId;
    QCOMPARE(touched(organizationAlone, "delete" + expired, m_bob.userId), QByteArray("0"));

    QCOMPARE(touched(SignedUp(), "select 1" + expired, m_bob.userId), QByteArray("1"));
    QCOMPARE(touched(SignedUp(), "delete" + expired, m_bob.userId), QByteArray("1"));
    QCOMPARE(touched(m_bob, "select 1 from aegis." + table + " where user_id = $1::uuid", m_bob.userId), QByteArray("1")); // what has not expired
}

void TestTenantIsolation::hidesOtherTenants()
{
    QFETCH(QByteArray, table);
    QFETCH(QByteArray, owner);
    QFETCH(bool, ofPerson);
    const QByteArray statement = "select 1 from " + plainName(table) + " where " + owner;

    QVERIFY(touched(m_ada, statement, m_ada.organizationId).toInt() > 0);
    QCOMPARE(touched(m_ada, statement, m_bob.organizationId), QByteArray("0"));
    QCOMPARE(touched(m_carol, statement, m_ada.organizationId), QByteArray("0"));
    if (ofPerson) {
        QVERIFY(touched(m_carol, statement, m_carol.userId).toInt() > 0);
        QCOMPARE(touched(m_carol, statement, m_dave.userId), QByteArray("0"));
        QCOMPARE(touched(m_ada, statement, m_dave.userId), QByteArray("0"));
    }
    // and in all, no row that is not its own
    const QByteArray all = touched(m_ada, "select 1 from " + plainName(table), {});
    QCOMPARE(all, touched(m_ada, statement, m_ada.organizationId));
}

void TestTenantIsolation::showsNothingToNobody()
{
    QFETCH(QByteArray, table);

    QCOMPARE(touched(SignedUp(), "select 1 from " + plainName(table), {}), QByteArray("0"));
}

void TestTenantIsolation::keepsOthersRowsFromBeingChanged()
{
    QFETCH(QByteArray, table);
    QFETCH(QByteArray, owner);
    QFETCH(bool, ofPerson);
    const QByteArray content = "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from " + plainName(table) + " t";
    const auto now = [&] { return m_server->value<QByteArray>(Sql::composed(content)); };
    const QByteArray before = now();
    const QByteArray column = owner.first(owner.indexOf(' '));

    for (const QByteArray &statement :
         {"update " + plainName(table) + " set " + column + " = " + column + " where " + owner, "delete from " + plainName(table) + " where " + owner,
          "select 1 from " + plainName(table) + " where " + owner + " for update"}) {
        for (const QByteArray &whose : {m_bob.organizationId, ofPerson ? m_dave.userId : m_bob.organizationId}) {
            const QByteArray outcome = touched(m_ada, statement, whose);
            QVERIFY2(outcome == "0" || outcome.contains("42501"), (statement + ": " + outcome).constData());
        }
    }
    const QByteArray truncated = touched(m_ada, "truncate " + plainName(table) + " cascade", {});
    QVERIFY2(truncated.contains("42501"), truncated.constData());
    QCOMPARE(now(), before);
}

void TestTenantIsolation::keepsRowsOfOthersFromBeingAdded()
{
    QFETCH(QByteArray, table);
    QFETCH(QByteArray, owner);
    const QByteArray fetch = "select to_jsonb(t)::text from " + plainName(table) + " t where " + owner + " limit 1";
    const QByteArray row = m_server->value<QByteArray>(Sql::composed(fetch), Text{m_bob.organizationId});

    const QByteArray outcome = touched(
        m_ada, "insert into " + plainName(table) + " select * from jsonb_populate_record(null::" + plainName(table) + ", $1::text::jsonb)", row);

    QVERIFY2(outcome.contains("42501"), outcome.constData()); // row-level security speaks before any unique index
}

QByteArray TestTenantIsolation::given(const SignedUp &who, const QByteArray &person, const SignedUp &roleOf)
{
    const QByteArray role = m_server->value<QByteArray>("select id::text from aegis.organization_role where organization_id = $1::uuid",
                                                        Text{roleOf.organizationId});
    return touched(who,
                   "insert into aegis.user_role (organization_id, user_id, role_id, created_at) values ('" + who.organizationId + "', $1::uuid, '"
                       + role + "', now())",
                   person);
}

qint64 TestTenantIsolation::memberships(const QByteArray &person)
{
    return m_server->value<qint64>("select count(*) from aegis.user_role where user_id = $1::uuid", Text{person});
}

void TestTenantIsolation::givesRolesToNobodyElsesPeople_data()
{
    QTest::addColumn<QByteArray>("person");
    QTest::newRow("the owner of another organization") << m_bob.userId;
    QTest::newRow("somebody without an organization") << m_carol.userId;
    QTest::newRow("nobody: the refusal does not tell") << QByteArray("0190a000-0000-7000-8000-000000000001");
}

void TestTenantIsolation::givesRolesToNobodyElsesPeople()
{
    QFETCH(QByteArray, person);
    const qint64 before = memberships(person);

    const QByteArray outcome = given(m_ada, person, m_ada);

    QVERIFY2(outcome.contains("42501"), outcome.constData());
    QCOMPARE(memberships(person), before);
}

void TestTenantIsolation::givesNoRoleOfAnotherTenant()
{
    const qint64 before = memberships(m_ada.userId);

    const QByteArray outcome = given(m_ada, m_ada.userId, m_bob);

    QVERIFY2(outcome.contains("23503"), outcome.constData());
    QCOMPARE(memberships(m_ada.userId), before);
}

void TestTenantIsolation::givesRolesToItsOwnPeople_data()
{
    QTest::addColumn<QByteArray>("statement"); ///< what makes dave one of them
    QTest::newRow("who has the account from it") << QByteArray("update aegis.\"user\" set managed_by = $1::uuid where id = $2::uuid");
    QTest::newRow("who is a member already") << QByteArray(
        "with role as (insert into aegis.organization_role values ($1::uuid, gen_random_uuid(), 'GUEST', false, now()) returning id) "
        "insert into aegis.user_role select $1::uuid, $2::uuid, id, now() from role");
}

void TestTenantIsolation::givesRolesToItsOwnPeople()
{
    QFETCH(QByteArray, statement);
    const SignedUp owner = m_server->signUp();
    const SignedUp person = m_server->registerPerson();
    const QByteArray before = given(owner, person.userId, owner);
    QVERIFY2(before.contains("42501"), before.constData());

    m_server->sql(Sql::composed(statement), Text{owner.organizationId}, Text{person.userId});

    QCOMPARE(given(owner, person.userId, owner), QByteArray("1"));
}

void TestTenantIsolation::forgetsTheTenantWithTheTransaction()
{
    QVERIFY(touched(m_ada, "select 1 from aegis.session", {}).toInt() > 0);
    const auto connection = m_serving->session().connection();
    QVERIFY_RESULT(connection);
    const Command command{
        "select current_setting('app.organization_id', true), current_setting('app.user_id', true), (select count(*) from aegis.session)", {}};

    const Exchange exchange = (*connection)->exchange({&command, 1});

    QVERIFY(!exchange.error);
    QCOMPARE(exchange.answers.front().first().get<std::optional<QString>>(0).value_or(QString()), QString());
    QCOMPARE(exchange.answers.front().first().get<std::optional<QString>>(1).value_or(QString()), QString());
    QCOMPARE(exchange.answers.front().first().get<int>(2), 0);
}

void TestTenantIsolation::showsNoOtherTenantOverHttp()
{
    for (const SignedUp &who : {m_ada, m_bob, m_carol}) {
        const TestReply reply = m_server->client().as(who.accessToken).get("/auth/me");
        QVERIFY_REPLY(reply, 200, "");
        for (const SignedUp &other : {m_ada, m_bob, m_carol, m_dave}) {
            if (other.userId != who.userId)
                QVERIFY(!reply.body.contains(other.userId) && !reply.body.contains(other.email));
        }
    }
}

AEGIS_TEST(TestTenantIsolation)
#include "TestTenantIsolation.moc"
