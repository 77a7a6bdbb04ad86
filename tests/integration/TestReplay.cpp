#include "server/replay/Replay.h"
#include "tests/integration/ReplayStory.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// State that is made again from the events, of a server to which everything has happened.
class TestReplay : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void theTablesAreWhatTheEventsTell();
    void theSchemaHoldsThePresent();
    void theSchemaHoldsAMomentBefore();
    void aChangedRowIsFound_data();
    void aChangedRowIsFound();
    void anAddedSessionIsFound();
    void leavesAnotherSchemaAlone();
    void leavesWhatLeansOnItAlone();
    void theServingRoleSeesNothingOfIt();
    void replaysTheFirstVersions();
    void sessionsThatWereRemovedAreNoDifference();
    void rowsOlderThanTheEventsAreNoDifference();

private:
    ReplayCheckStore::Report check()
    {
        Replay replay(m_server->database().administrator);
        const auto report = replay.check(30 * 24h, m_server->now());
        if (!report)
            qFatal("%s: %s", qPrintable(report.problem().detail), qPrintable(report.problem().internal));
        for (const auto &one : report->shown)
            qInfo("%s %s %s: %s, %s", qPrintable(one.what), qPrintable(one.id), qPrintable(one.field),
                  qPrintable(one.told.value_or(QStringLiteral("-"))), qPrintable(one.present.value_or(QStringLiteral("-"))));
        return *report;
    }
    Result<ReplaySchemaStore::Replayed> rebuild(const QString &schema, std::optional<Instant> until = {})
    {
        Replay replay(m_server->database().administrator);
        return replay.rebuild(until.value_or(m_server->now()), schema, m_server->now());
    }
    qint64 count(Sql sql) { return m_server->value<qint64>(sql); }

    std::unique_ptr<TestServer> m_server;
    Instant m_before{};
    SignedUp m_early;
};

void TestReplay::initTestCase()
{
    m_server = std::make_unique<TestServer>(ReplayStory::settings());
    ReplayStory story(*m_server);
    m_early = story.owner();
    m_server->advance(1s);
    m_before = m_server->now();
    m_server->advance(1s);
    QCOMPARE(story.as(m_early).send("PATCH", "/admin/organizations/" + m_early.organizationId, R"({"name":"Later"})").status, 200);
    QCOMPARE(story.as(m_early).post("/auth/logout").status, 204);
    story.tell();
}

void TestReplay::theTablesAreWhatTheEventsTell()
{
    const ReplayCheckStore::Report report = check();

    QCOMPARE(report.differences, qint64(0));
    QCOMPARE(report.older, qint64(0));
    QCOMPARE(report.cleared, qint64(0));
    QCOMPARE(report.compared.at(QStringLiteral("user")), count("select count(*) from aegis.\"user\""));
    QCOMPARE(report.compared.at(QStringLiteral("session")), count("select count(*) from aegis.session"));
    // It is a story in which each of these has happened.
    QCOMPARE(count("select count(distinct end_reason) from aegis.session where end_reason is not null"), qint64(5));
    QCOMPARE(count("select count(distinct status) from aegis.organization"), qint64(3));
    QVERIFY(count("select count(*) from aegis.event where type = 'OrganizationSignupExpired'") > 0);
}

void TestReplay::theSchemaHoldsThePresent()
{
    const auto replayed = rebuild(QStringLiteral("of_now"));
    QVERIFY_RESULT(replayed);

    QCOMPARE(replayed->events, count("select count(*) from aegis.event"));
    QCOMPARE(count("select count(*) from of_now.session r join aegis.session s using (id, tenant_id, user_id, expires_at) "
                   "where r.end_reason is not distinct from s.end_reason"),
             count("select count(*) from aegis.session"));
    QCOMPARE(count("select count(*) from of_now.\"user\" r join aegis.\"user\" u using (id, status)"), count("select count(*) from aegis.\"user\""));
    QCOMPARE(count("select count(*) from of_now.organization r join aegis.organization o using (id, slug, status)"),
             count("select count(*) from aegis.organization"));
    QCOMPARE(count("select count(*) from of_now.user_role r join aegis.user_role m using (organization_id, user_id, role_id)"),
             count("select count(*) from aegis.user_role"));
    QCOMPARE(replayed->platformRoles, count("select count(*) from aegis.platform_role"));
    QVERIFY_RESULT(rebuild(QStringLiteral("of_now"))); // its own it replaces
}

void TestReplay::theSchemaHoldsAMomentBefore()
{
    const auto replayed = rebuild(QStringLiteral("of_then"), m_before);
    QVERIFY_RESULT(replayed);

    QCOMPARE(replayed->organizations, qint64(1));
    QCOMPARE(replayed->users, qint64(1));
    QCOMPARE(replayed->sessions, qint64(2)); // of the signup and of the login
    const Row then = m_server->sql("select id::text, name, status from of_then.organization").first();
    QCOMPARE(then.get<QByteArray>(0), m_early.organizationId);
    QVERIFY(then.get<QByteArray>(1) != "Later");
    QCOMPARE(then.get<QByteArray>(2), QByteArray("active"));
    QCOMPARE(count("select count(*) from of_then.session where ended_at is not null"), qint64(0));
    QCOMPARE(m_server->value<QByteArray>("select role from of_then.user_role"), QByteArray("ORGANIZATION_OWNER"));
}

void TestReplay::aChangedRowIsFound_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<QByteArray>("undo");
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("field");
    const auto row = [](const char *name, const char *change, const char *undo, const char *what, const char *field) {
        QTest::newRow(name) << QByteArray(change) << QByteArray(undo) << QString::fromLatin1(what) << QString::fromLatin1(field);
    };
    row("a suspension is lifted", "update aegis.organization set status = 'active' where slug = 'another-slug'",
        "update aegis.organization set status = 'suspended' where slug = 'another-slug'", "organization", "status");
    row("an account is suspended", "update aegis.\"user\" set status = 'suspended' where email = 'second@story.example'",
        "update aegis.\"user\" set status = 'active' where email = 'second@story.example'", "user", "status");
    row("an address is verified", "update aegis.\"user\" set email_verified_at = now() where email = 'second@story.example'",
        "update aegis.\"user\" set email_verified_at = null where email = 'second@story.example'", "user", "emailVerifiedAt");
    row("a role allows more", "update aegis.organization_role set permissions = '{user.lock}' where name = 'ADMIN'",
        "update aegis.organization_role set permissions = '{}' where name = 'ADMIN'", "role", "permissions");
    row("a role of the platform",
        "insert into aegis.platform_role (user_id, role, created_at) select id, 'PLATFORM_ADMIN', now() from aegis.\"user\" where email = "
        "'bob@story.example'",
        "delete from aegis.platform_role where user_id = (select id from aegis.\"user\" where email = 'bob@story.example')", "platform role", "row");
    row("a member",
        "insert into aegis.user_role (organization_id, user_id, role_id, created_at) select r.organization_id, u.id, r.id, now() "
        "from aegis.organization_role r, aegis.\"user\" u where r.name = 'ADMIN' and u.email = 'bob@story.example'",
        "delete from aegis.user_role m using aegis.\"user\" u, aegis.organization_role r where m.user_id = u.id and u.email = 'bob@story.example' "
        "and r.id = m.role_id and r.name = 'ADMIN'",
        "membership", "row");
    row("a role is taken",
        "update aegis.user_role set created_at = created_at - interval '1 day' where user_id = (select id from aegis.\"user\" "
        "where email = 'second@story.example') and role_id in (select id from aegis.organization_role where name = 'MEMBER')",
        "update aegis.user_role set created_at = created_at + interval '1 day' where user_id = (select id from aegis.\"user\" "
        "where email = 'second@story.example') and role_id in (select id from aegis.organization_role where name = 'MEMBER')",
        "membership", "createdAt");
    row("a session goes on", "update aegis.session set end_reason = 'logout' where end_reason = 'token_reuse'",
        "update aegis.session set end_reason = 'token_reuse' where id = (select subject_id from aegis.event where type = 'RefreshTokenRevoked' "
        "and payload ->> 'reason' = 'token_reuse')",
        "session", "endReason");
}

void TestReplay::aChangedRowIsFound()
{
    QFETCH(QByteArray, change);
    QFETCH(QByteArray, undo);
    QFETCH(QString, what);
    QFETCH(QString, field);
    m_server->sql(Sql::composed(change));

    const ReplayCheckStore::Report report = check();
    m_server->sql(Sql::composed(undo));

    QCOMPARE(report.differences, qint64(1));
    QCOMPARE(report.shown.front().what, what);
    QCOMPARE(report.shown.front().field, field);
    QVERIFY(report.shown.front().told != report.shown.front().present);
    QCOMPARE(check().differences, qint64(0));
}

void TestReplay::anAddedSessionIsFound()
{
    m_server->sql("insert into aegis.session (tenant_id, id, user_id, auth_methods, auth_time, created_at, expires_at) "
                  "select id, gen_random_uuid(), id, '{pwd}', now(), now(), now() + interval '1 day' from aegis.\"user\" where email = "
                  "'bob@story.example'");
    const ReplayCheckStore::Report added = check();
    m_server->sql("delete from aegis.session where id in (select s.id from aegis.session s except select subject_id from aegis.event)");

    QCOMPARE(added.differences, qint64(1));
    QCOMPARE(added.shown.front().what, QStringLiteral("session"));
    QCOMPARE(added.shown.front().told, std::optional<QString>());
    QCOMPARE(check().differences, qint64(0));
}

void TestReplay::leavesAnotherSchemaAlone()
{
    m_server->sql("create schema somebodys");
    m_server->sql("create table somebodys.session (precious int)");

    const auto refused = rebuild(QStringLiteral("somebodys"));

    QVERIFY(!refused);
    QCOMPARE(refused.problem().code, ProblemCode::Conflict);
    QVERIFY(
        m_server->value<bool>("select exists (select from pg_attribute where attrelid = 'somebodys.session'::regclass and attname = 'precious')"));
    // Nor does the comment alone make it ours: it is the owner's to say.
    m_server->sql("comment on schema somebodys is 'Aegis: made by `aegisd events replay`'");
    QVERIFY(!rebuild(QStringLiteral("somebodys")));
    for (const QString &name : {QStringLiteral("aegis"), QStringLiteral("public"), QStringLiteral("pg_x"), QStringLiteral("a\"b"), QString(),
                                QStringLiteral("Schema"), QString(64, QLatin1Char('a'))}) {
        const auto wrong = rebuild(name);
        QVERIFY2(!wrong && wrong.problem().code == ProblemCode::ValidationFailed, qPrintable(name));
    }
}

void TestReplay::leavesWhatLeansOnItAlone()
{
    QVERIFY_RESULT(rebuild(QStringLiteral("leaned_on"), m_before));
    m_server->sql("create view public.report as select count(*) as sessions from leaned_on.session");

    const auto refused = rebuild(QStringLiteral("leaned_on"));

    QVERIFY(!refused);
    QVERIFY2(refused.problem().detail.contains(QLatin1String("lean on it")), qPrintable(refused.problem().detail));
    QCOMPARE(count("select sessions from public.report"), qint64(2)); // nothing of it was lost
}

void TestReplay::theServingRoleSeesNothingOfIt()
{
    QVERIFY_RESULT(rebuild(QStringLiteral("hidden"), m_before));

    for (const char *role : {"aegis_app", "aegis_definer"}) {
        QVERIFY(!m_server->value<bool>("select has_schema_privilege($1, 'hidden', 'usage, create')", QLatin1String(role)));
        QVERIFY(!m_server->value<bool>("select has_table_privilege($1, 'hidden.session', 'select, insert, update, delete')", QLatin1String(role)));
    }
    QVERIFY(!m_server->value<bool>("select has_function_privilege('aegis_app', 'aegis.replayed_sessions(timestamptz)', 'execute')"));
    QVERIFY(!m_server->value<bool>("select exists (select from pg_namespace n, aclexplode(nspacl) where nspname = 'hidden' and grantee = 0)"));
    // As the serving role it can neither be made nor compared.
    Replay asServing(m_server->database().serving);
    QVERIFY(!asServing.rebuild(m_server->now(), QStringLiteral("of_app"), m_server->now()));
    QVERIFY(!asServing.check(30 * 24h, m_server->now()));
}

/// What was written before positions and the second version of UserCreated.
void TestReplay::replaysTheFirstVersions()
{
    m_server->sql("update aegis.event set position = null");
    m_server->sql("update aegis.event set version = 1, payload = payload - 'emailVerified' where type = 'UserCreated'");

    const ReplayCheckStore::Report report = check();

    QCOMPARE(report.differences, qint64(0));
}

void TestReplay::sessionsThatWereRemovedAreNoDifference()
{
    m_server->advance(31 * 24h);
    ReplayStory(*m_server).keepHouse();

    const ReplayCheckStore::Report report = check();

    QCOMPARE(report.differences, qint64(0));
    QVERIFY(report.cleared > 10);
}

void TestReplay::rowsOlderThanTheEventsAreNoDifference()
{
    const qint64 users = count("select count(*) from aegis.\"user\"");
    m_server->sql("delete from aegis.event where occurred_at < (select max(created_at) from aegis.\"user\")"); // as retention drops days

    const ReplayCheckStore::Report report = check();

    QCOMPARE(report.differences, qint64(0));
    QVERIFY(report.older >= users - 1);
}

AEGIS_TEST(TestReplay)
#include "TestReplay.moc"
