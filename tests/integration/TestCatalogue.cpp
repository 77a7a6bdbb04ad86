#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;

// What the database itself says about its tables, functions and roles, so that a new one that was forgotten is noticed.
class TestCatalogue : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void forcesRowLevelSecurityOnEveryTable();
    void everyTableHasAPolicy();
    void definersAreTheKnownOnes();
    void everyDefinerFixesItsSearchPath();
    void publicMayDoNothing();
    void theServingRoleOwnsNothing();
    void theDefinerCannotLogIn();
    void eventsAreOnlyAppended();

private:
    std::unique_ptr<TestServer> m_server;
};

void TestCatalogue::forcesRowLevelSecurityOnEveryTable()
{
    m_server->advance(std::chrono::hours(24) * 20); // partitions that are made later are tables as well
    const Rows rows = m_server->sql(
        "select relname, relrowsecurity, relforcerowsecurity from pg_class where relnamespace = 'aegis'::regnamespace and relkind in ('r', 'p')");

    QVERIFY(rows.size() > 25);
    for (const Row row : rows)
        QVERIFY2(row.get<bool>(1) && row.get<bool>(2), row.get<QByteArray>(0).constData());
}

void TestCatalogue::everyTableHasAPolicy()
{
    const QStringList without = m_server->value<QStringList>(
        "select coalesce(array_agg(relname::text order by relname), '{}') from pg_class c where relnamespace = 'aegis'::regnamespace and relkind in "
        "('r', 'p') "
        "and not relispartition and not exists (select from pg_policy where polrelid = c.oid)");

    QCOMPARE(without, QStringList());
}

void TestCatalogue::definersAreTheKnownOnes()
{
    const QStringList definers = m_server->value<QStringList>(
        "select coalesce(array_agg(proname::text order by proname), '{}') from pg_proc where pronamespace = 'aegis'::regnamespace and prosecdef");

    QCOMPARE(definers,
             (QStringList{QStringLiteral("audit_events"),
                          QStringLiteral("audit_events_of"),
                          QStringLiteral("dead_sessions"),
                          QStringLiteral("ensure_event_partitions"),
                          QStringLiteral("expired_locks"),
                          QStringLiteral("expired_sessions"),
                          QStringLiteral("factors_sealed_otherwise"),
                          QStringLiteral("has_second_factor"),
                          QStringLiteral("import_place"),
                          QStringLiteral("invitations_mailed"),
                          QStringLiteral("is_last_owner"),
                          QStringLiteral("is_last_platform_administrator"),
                          QStringLiteral("is_of_platform"),
                          QStringLiteral("login_lookup"),
                          QStringLiteral("organization_of_slug"),
                          QStringLiteral("own_memberships"),
                          QStringLiteral("password_costs"),
                          QStringLiteral("platform_administers"),
                          QStringLiteral("platform_reads"),
                          QStringLiteral("platform_staff"),
                          QStringLiteral("sealable_events"),
                          QStringLiteral("taken_slugs"),
                          QStringLiteral("tenant_knows"),
                          QStringLiteral("tenant_manages"),
                          QStringLiteral("unverified_signups")}));
    QCOMPARE(m_server->value<qint64>("select count(*) from pg_proc p join pg_roles r on r.oid = p.proowner "
                                     "where pronamespace = 'aegis'::regnamespace and r.rolname = 'aegis_definer' and "
                                     "prosecdef and proname <> 'ensure_event_partitions'"),
             qint64(24));
}

void TestCatalogue::everyDefinerFixesItsSearchPath()
{
    const Rows rows = m_server->sql(
        "select proname, coalesce(array_to_string(proconfig, ' '), '') from pg_proc where pronamespace = 'aegis'::regnamespace and prosecdef");

    for (const Row row : rows)
        QCOMPARE(row.get<QByteArray>(1), QByteArray("search_path=aegis, pg_temp"));
}

void TestCatalogue::publicMayDoNothing()
{
    const auto names = [&](Sql sql) { return m_server->value<QStringList>(sql); };

    // Without an entry of its own a function may be executed by everybody.
    QCOMPARE(names("select coalesce(array_agg(proname::text order by proname), '{}') from pg_proc where pronamespace = 'aegis'::regnamespace "
                   "and exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)"),
             QStringList());
    QCOMPARE(names("select coalesce(array_agg(relname::text order by relname), '{}') from pg_class where relnamespace = 'aegis'::regnamespace "
                   "and exists (select from aclexplode(relacl) where grantee = 0)"),
             QStringList());
    QVERIFY(m_server->value<bool>("select not exists (select from pg_namespace n, aclexplode(nspacl) where nspname = 'aegis' and grantee = 0)"));
}

void TestCatalogue::theServingRoleOwnsNothing()
{
    const Row role = m_server
                         ->sql("select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, "
                               "exists (select from pg_auth_members where member = r.oid) from pg_roles r where rolname = 'aegis_app'")
                         .first();
    for (int column = 0; column < 6; ++column)
        QVERIFY2(!role.get<bool>(column), QByteArray::number(column).constData());
    QCOMPARE(m_server->value<qint64>("select count(*) from pg_shdepend where refobjid = 'aegis_app'::regrole and deptype = 'o'"), qint64(0));
    QVERIFY(!m_server->value<bool>("select has_schema_privilege('aegis_app', 'aegis', 'create')"));
    QVERIFY(!m_server->value<bool>("select has_table_privilege('aegis_app', 'aegis.migration', 'insert, update, delete, truncate')"));
    QCOMPARE(m_server->value<QStringList>(
                 "select coalesce(array_agg(relname::text), '{}') from pg_class where relnamespace = 'aegis'::regnamespace and relkind in ('r', 'p') "
                 "and has_table_privilege('aegis_app', oid, 'truncate, references, trigger')"),
             QStringList());
}

void TestCatalogue::theDefinerCannotLogIn()
{
    const Row role = m_server->sql("select rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname = 'aegis_definer'").first();
    QVERIFY(!role.get<bool>(0));
    QVERIFY(!role.get<bool>(1));
    QVERIFY(role.get<bool>(2));
    // It reads what its functions ask for, changes nothing, and makes nothing once the migrations are over.
    QVERIFY(!m_server->value<bool>("select has_schema_privilege('aegis_definer', 'aegis', 'create')"));
    QCOMPARE(m_server->value<QStringList>(
                 "select coalesce(array_agg(relname::text), '{}') from pg_class where relnamespace = 'aegis'::regnamespace and relkind in ('r', 'p') "
                 "and has_table_privilege('aegis_definer', oid, 'insert, update, delete, truncate')"),
             QStringList());
}

void TestCatalogue::eventsAreOnlyAppended()
{
    QCOMPARE(m_server->value<QStringList>(
                 "select coalesce(array_agg(relname::text), '{}') from pg_class where relnamespace = 'aegis'::regnamespace and relname like 'event%' "
                 "and relkind in ('r', 'p') and has_table_privilege('aegis_app', oid, 'update, delete, truncate')"),
             QStringList());
    QCOMPARE(m_server->value<QStringList>(
                 "select coalesce(array_agg(relname::text), '{}') from pg_class where relnamespace = 'aegis'::regnamespace and relname like 'seal%' "
                 "and relkind = 'r' and has_table_privilege('aegis_app', oid, 'update, delete, truncate')"),
             QStringList());
    // Each partition is only reached through the table, where the policies are.
    QCOMPARE(m_server->value<QStringList>(
                 "select coalesce(array_agg(relname::text), '{}') from pg_class where relnamespace = 'aegis'::regnamespace and relispartition "
                 "and relkind = 'r' and has_table_privilege('aegis_app', oid, 'select, insert')"),
             QStringList());
}

AEGIS_TEST(TestCatalogue)
#include "TestCatalogue.moc"
