#include "server/db/DatabaseCheck.h"
#include "server/db/Migrator.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestDatabaseCheck : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_database = TestCluster::instance().create({}); }
    void passesForTheServingRole();
    void refusesASuperuser();
    void refusesARoleThatSecurityDoesNotHold_data();
    void refusesARoleThatSecurityDoesNotHold();
    void refusesMissingMigrations();
    void refusesAnotherEncoding();
    void saysWhenTheDatabaseIsNotThere();

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

void TestDatabaseCheck::passesForTheServingRole()
{
    QVERIFY_RESULT(migrate(two()));

    QVERIFY_RESULT(checkDatabase(m_database.serving, {}, Migration::readAll(two()).value()));
}

void TestDatabaseCheck::refusesASuperuser()
{
    QVERIFY_RESULT(migrate(two()));

    const auto check = checkDatabase(m_database.administrator, {}, Migration::readAll(two()).value());

    QVERIFY(!check.ok());
    QVERIFY2(check.problem().detail.startsWith(QStringLiteral("the role aegis_admin is a superuser")), qPrintable(check.problem().detail));
}

void TestDatabaseCheck::refusesARoleThatSecurityDoesNotHold_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<QByteArray>("back");
    QTest::addColumn<QString>("sentence");

    QTest::newRow("BYPASSRLS") << QByteArray("alter role aegis_app bypassrls") << QByteArray("alter role aegis_app nobypassrls")
                               << QStringLiteral("the role aegis_app has BYPASSRLS");
    QTest::newRow("a member of one that bypasses") << QByteArray("grant aegis_definer to aegis_app")
                                                   << QByteArray("revoke aegis_definer from aegis_app")
                                                   << QStringLiteral("the role aegis_app is a member of aegis_definer");
    QTest::newRow("an owner of the tables") << QByteArray("alter table aegis.first owner to aegis_app")
                                            << QByteArray("alter table aegis.first owner to aegis_owner")
                                            << QStringLiteral("the role aegis_app owns tables");
}

void TestDatabaseCheck::refusesARoleThatSecurityDoesNotHold()
{
    QFETCH(const QByteArray, change);
    QFETCH(const QByteArray, back);
    QFETCH(const QString, sentence);
    QVERIFY_RESULT(migrate(two()));
    lookUp(m_database, change);

    const auto check = checkDatabase(m_database.serving, {}, Migration::readAll(two()).value());
    lookUp(m_database, back);

    QVERIFY(!check.ok());
    QVERIFY2(check.problem().detail.startsWith(sentence), qPrintable(check.problem().detail));
}

void TestDatabaseCheck::refusesMissingMigrations()
{
    const auto known = Migration::readAll(two()).value();
    const auto before = checkDatabase(m_database.serving, {}, known);
    QVERIFY(!before.ok());
    QVERIFY2(before.problem().detail.startsWith(QStringLiteral("0 of 2 migrations")), qPrintable(before.problem().detail));
    QVERIFY_RESULT(migrate(one()));

    const auto between = checkDatabase(m_database.serving, {}, known);

    QVERIFY(!between.ok());
    QVERIFY2(between.problem().detail.startsWith(QStringLiteral("1 of 2 migrations")), qPrintable(between.problem().detail));
}

void TestDatabaseCheck::refusesAnotherEncoding()
{
    lookUp(m_database, "create database latin encoding 'LATIN1' locale 'C' template template0");
    const auto check = checkDatabase(TestCluster::instance().serving("latin"), {}, Migration::readAll(one()).value());

    QVERIFY(!check.ok());
    QVERIFY2(check.problem().detail.startsWith(QStringLiteral("the database's encoding is LATIN1")), qPrintable(check.problem().detail));
}

void TestDatabaseCheck::saysWhenTheDatabaseIsNotThere()
{
    const auto check = checkDatabase(TestCluster::instance().serving("nothing"), {}, Migration::readAll(one()).value());

    QVERIFY(!check.ok());
    QCOMPARE(check.problem().code, ProblemCode::DatabaseUnavailable);
    QVERIFY2(check.problem().detail.startsWith(QStringLiteral("the database cannot be reached (dbname=nothing")), qPrintable(check.problem().detail));
}

AEGIS_TEST(TestDatabaseCheck)
#include "TestDatabaseCheck.moc"
