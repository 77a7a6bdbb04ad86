#include "server/db/DatabaseCheck.h"
#include "server/db/DatabaseSession.h"
#include "server/db/Migrator.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/TestMain.h"

#include <thread>

using namespace aegis;
using namespace aegis::test;

class TestMigrator : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void carriesOutWhatIsMissingAndNoMore();
    void migratorsAtTheSameTimeCarryOutEachOnce();
    void refusesAMigrationThatWasChanged();
    void refusesADatabaseThatIsNewer();
    void keepsNothingOfAFileThatFails();
    void refusesAFileThatEndsItsTransaction();
    void refusesBadNames_data();
    void refusesBadNames();
    void aDefinersFunctionSeesAllTenantsAndTheOwnersNone();
    void theDefinerMakesFunctionsInMigrationsOnly();
    void theRolesAreWhatTheDesignSays();
    void theServersOwnMigrationsAreCarriedOut();
    void refusesBeforeAnythingIsWritten_data();
    void refusesBeforeAnythingIsWritten();

private:
    Result<int> migrate(const QString &directory) const
    {
        return Migrator({.administrator = m_database.administrator, .directory = directory}).migrate();
    }
    QString one() const { return makeMigrations(QStringLiteral("one"), {m_first}); }
    QString two() const { return makeMigrations(QStringLiteral("two"), {m_first, m_second}); }

    const std::pair<QString, QByteArray> m_first{QStringLiteral("0001_first.sql"), "create table first (id integer);\ninsert into first values (1);"};
    const std::pair<QString, QByteArray> m_second{QStringLiteral("0002_second.sql"), "create table second (id integer);"};
    TestDatabase m_database;
};

void TestMigrator::init()
{
    m_database = TestCluster::instance().create({});
}

void TestMigrator::carriesOutWhatIsMissingAndNoMore()
{
    QCOMPARE(migrate(one()).value(), 1);
    QCOMPARE(migrate(two()).value(), 1);
    QCOMPARE(migrate(two()).value(), 0);

    QCOMPARE(lookUp(m_database, "select count(*) from aegis.first"), QStringLiteral("1"));
    QCOMPARE(lookUp(m_database, "select string_agg(version || name || length(sha256), ' ' order by version) from aegis.migration"),
             QStringLiteral("1first32 2second32"));
    QCOMPARE(lookUp(m_database, "select string_agg(distinct tableowner, ' ') from pg_tables where schemaname = 'aegis'"),
             QStringLiteral("aegis_owner"));
}

void TestMigrator::migratorsAtTheSameTimeCarryOutEachOnce()
{
    const QString directory = two();
    std::vector<std::thread> threads;
    std::atomic<int> done{0}, failed{0};

    for (int i = 0; i < 5; ++i) {
        threads.emplace_back([&] {
            const auto answer = migrate(directory);
            done += answer ? *answer : 0;
            failed += answer ? 0 : 1;
            if (!answer)
                qInfo("%s", inWords(answer.problem()).constData());
        });
    }
    for (std::thread &thread : threads)
        thread.join();

    QCOMPARE(failed.load(), 0);
    QCOMPARE(done.load(), 2);
    QCOMPARE(lookUp(m_database, "select count(*) from aegis.first"), QStringLiteral("1"));
}

void TestMigrator::refusesAMigrationThatWasChanged()
{
    QVERIFY_RESULT(migrate(two()));
    const QString edited = makeMigrations(QStringLiteral("edited"), {m_first, {m_second.first, m_second.second + "-- a remark\n"}});

    const auto answer = migrate(edited);

    QVERIFY(!answer.ok());
    QVERIFY2(answer.problem().detail.startsWith(QStringLiteral("the migration 0002_second.sql was changed")), qPrintable(answer.problem().detail));
    const auto check = checkDatabase(m_database.serving, {}, Migration::readAll(edited).value());
    QVERIFY(!check.ok());
}

void TestMigrator::refusesADatabaseThatIsNewer()
{
    QVERIFY_RESULT(migrate(two()));

    const auto answer = migrate(one());

    QVERIFY(!answer.ok());
    QVERIFY2(answer.problem().detail.contains(QStringLiteral("newer than this program: it has the migration 0002_second.sql")),
             qPrintable(answer.problem().detail));
}

void TestMigrator::keepsNothingOfAFileThatFails()
{
    const QString broken = makeMigrations(QStringLiteral("broken"),
                                          {m_first, {m_second.first, "create table second (id integer);\n\nselect * form second;"}});

    const auto answer = migrate(broken);

    QVERIFY(!answer.ok());
    QVERIFY2(answer.problem().detail.startsWith(QStringLiteral("the migration 0002_second.sql failed, line 3;")),
             qPrintable(answer.problem().detail));
    QCOMPARE(lookUp(m_database, "select to_regclass('aegis.second') is null"), QStringLiteral("t"));
    QCOMPARE(lookUp(m_database, "select count(*) from aegis.migration"), QStringLiteral("1"));
}

void TestMigrator::refusesAFileThatEndsItsTransaction()
{
    const auto answer = migrate(makeMigrations(QStringLiteral("ending"), {{m_first.first, "create table first (id integer); commit;"}}));

    QVERIFY(!answer.ok());
    QVERIFY2(answer.problem().detail.contains(QStringLiteral("ends its transaction")), qPrintable(answer.problem().detail));
}

void TestMigrator::refusesBadNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("sentence");

    QTest::newRow("a gap") << QStringLiteral("0003_third.sql") << QStringLiteral("must have the number 2");
    QTest::newRow("a number twice") << QStringLiteral("0001_other.sql") << QStringLiteral("must have the number 2");
    QTest::newRow("no number") << QStringLiteral("second.sql") << QStringLiteral("is not the name of a migration");
    QTest::newRow("three digits") << QStringLiteral("002_second.sql") << QStringLiteral("is not the name of a migration");
}

void TestMigrator::refusesBadNames()
{
    QFETCH(const QString, name);
    QFETCH(const QString, sentence);

    const auto read = Migration::readAll(makeMigrations(QString::fromLatin1(QTest::currentDataTag()), {m_first, {name, "select 1"}}));

    QVERIFY(!read.ok());
    QVERIFY2(read.problem().detail.contains(sentence), qPrintable(read.problem().detail));
}

void TestMigrator::aDefinersFunctionSeesAllTenantsAndTheOwnersNone()
{
    const QByteArray script = R"(
create table note (organization_id uuid not null);
alter table note enable row level security;
alter table note force row level security;
create policy tenant on note using (organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid));
grant select on note to aegis_definer;
create function by_owner() returns bigint language sql security definer set search_path = aegis, pg_temp as 'select count(*) from note';
set local role aegis_definer;
create function by_definer() returns bigint language sql security definer set search_path = aegis, pg_temp as 'select count(*) from note';
)";
    QVERIFY_RESULT(migrate(makeMigrations(QStringLiteral("definer"), {{QStringLiteral("0001_definer.sql"), script}})));
    lookUp(m_database, "insert into aegis.note select gen_random_uuid() from generate_series(1, 3)");

    const auto answer = DatabaseSession(m_database.serving).read<QString>(contextOf({}), [](Tx &tx) -> Result<QString> {
        TRY(const Row row, tx.queryOne(ProblemCode::Internal, "select by_owner() || ' ' || by_definer()"));
        return row.get<QString>(0);
    });

    QVERIFY_RESULT(answer);
    QCOMPARE(*answer, QStringLiteral("0 3"));
}

void TestMigrator::theDefinerMakesFunctionsInMigrationsOnly()
{
    const QByteArray script = "set local role aegis_definer; create function %1() returns integer language sql as 'select 1'";
    const auto file = [&](const char *name) { return QByteArray(script).replace("%1", name); };
    const auto mayCreate = [&] { return lookUp(m_database, "select has_schema_privilege('aegis_definer', 'aegis', 'create')"); };
    const std::pair<QString, QByteArray> first{QStringLiteral("0001_first.sql"), file("one")};
    const std::pair<QString, QByteArray> second{QStringLiteral("0002_second.sql"), file("two")};

    QVERIFY_RESULT(migrate(makeMigrations(QStringLiteral("making"), {first})));
    QCOMPARE(mayCreate(), QStringLiteral("f"));
    lookUp(m_database, "grant create on schema aegis to aegis_definer"); // as versions before 0.1 left it
    QCOMPARE(migrate(makeMigrations(QStringLiteral("nothing-new"), {first})).value(), 0);
    QCOMPARE(mayCreate(), QStringLiteral("f"));
    QCOMPARE(migrate(makeMigrations(QStringLiteral("making-more"), {first, second})).value(), 1);
    QCOMPARE(mayCreate(), QStringLiteral("f"));
}

void TestMigrator::theRolesAreWhatTheDesignSays()
{
    QVERIFY_RESULT(migrate(one()));

    QCOMPARE(lookUp(m_database,
                    "select string_agg(format('%s login=%s bypass=%s super=%s', rolname, rolcanlogin, rolbypassrls, rolsuper), ', ' order by rolname)"
                    " from pg_roles where rolname in ('aegis_app', 'aegis_definer', 'aegis_owner')"),
             QStringLiteral("aegis_app login=t bypass=f super=f, aegis_definer login=f bypass=t super=f, aegis_owner login=f bypass=f super=f"));
    const auto raised = DatabaseSession(m_database.serving).read<void>(contextOf({}), [](Tx &tx) -> Result<void> {
        CHECK(tx.query("set role aegis_owner"));
        return {};
    });
    QVERIFY2(!raised.ok(), "aegis_app can become nobody else");
}

void TestMigrator::theServersOwnMigrationsAreCarriedOut()
{
    const QString directory = QFINDTESTDATA("../../../resources/migrations");
    const auto known = Migration::readAll(directory);
    QVERIFY_RESULT(known);

    const auto answer = migrate(directory);

    QVERIFY_RESULT(answer);
    QCOMPARE(*answer, static_cast<int>(known->size()));
    QVERIFY_RESULT(checkDatabase(m_database.serving, {}, *known));
    QCOMPARE(
        lookUp(m_database,
               "select string_agg(relname, ' ') from pg_class where relnamespace = 'aegis'::regnamespace and relkind in ('r', 'p') and relrowsecurity"
               " and not relforcerowsecurity"),
        QString());
}

void TestMigrator::refusesBeforeAnythingIsWritten_data()
{
    QTest::addColumn<QByteArray>("attributes");
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QString>("says");

    QTest::newRow("a superuser") << QByteArray("superuser") << QByteArray("UTF8") << QStringLiteral("the role candidate is a superuser");
    QTest::newRow("BYPASSRLS") << QByteArray("bypassrls") << QByteArray("UTF8") << QStringLiteral("the role candidate has BYPASSRLS");
    QTest::newRow("a member of a superuser") << QByteArray("in role aegis_admin") << QByteArray("UTF8")
                                             << QStringLiteral("the role candidate is a member of aegis_admin");
    QTest::newRow("another encoding") << QByteArray("login") << QByteArray("LATIN1") << QStringLiteral("the database's encoding is LATIN1");
}

void TestMigrator::refusesBeforeAnythingIsWritten()
{
    QFETCH(const QByteArray, attributes);
    QFETCH(const QByteArray, encoding);
    QFETCH(const QString, says);
    lookUp(m_database, "create role candidate " + attributes);
    lookUp(m_database, "create database ground encoding '" + encoding + "' locale 'C' template template0");
    const auto restore = qScopeGuard([&] {
        lookUp(m_database, "drop database ground");
        lookUp(m_database, "drop role candidate");
    });
    const TestDatabase ground{"ground", {}, TestCluster::instance().administrator("ground")};

    const auto answer = Migrator({.administrator = ground.administrator, .directory = two(), .servingRole = "candidate"}).migrate();

    QVERIFY(!answer.ok());
    QVERIFY2(answer.problem().detail.startsWith(says), inWords(answer.problem()).constData());
    QCOMPARE(lookUp(ground, "select count(*) from pg_namespace where nspname = 'aegis'"), QStringLiteral("0"));
    QCOMPARE(lookUp(ground, "select count(*) from pg_auth_members where member = 'candidate'::regrole and roleid <> 'aegis_admin'::regrole"),
             QStringLiteral("0")); // it was not made a member of aegis_app
}

AEGIS_TEST(TestMigrator)
#include "TestMigrator.moc"
