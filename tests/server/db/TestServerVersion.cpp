#include "server/db/DatabaseCheck.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

/// There is one PostgreSQL on the machine, so another version is pretended: a function of the same name that is found first.
class TestServerVersion : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theCheckRefusesOneThatIsTooOld_data();
    void theCheckRefusesOneThatIsTooOld();
};

void TestServerVersion::theCheckRefusesOneThatIsTooOld_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QString>("sentence"); // empty: it passes
    QTest::newRow("9.6") << QByteArray("90624") << QStringLiteral("PostgreSQL 9 is too old: 15 or newer is needed");
    QTest::newRow("14") << QByteArray("140020") << QStringLiteral("PostgreSQL 14 is too old: 15 or newer is needed");
    QTest::newRow("15") << QByteArray("150000") << QString();
    QTest::newRow("21") << QByteArray("210000") << QString();
}

void TestServerVersion::theCheckRefusesOneThatIsTooOld()
{
    QFETCH(QByteArray, version);
    QFETCH(QString, sentence);
    const TestDatabase database = TestCluster::instance().create({});
    lookUp(database, "create schema pretended");
    lookUp(database,
           "create function pretended.current_setting(p_name text) returns text language sql as $$ select case p_name "
           "when 'server_version_num' then '"
               + version + "' else pg_catalog.current_setting(p_name) end $$");
    DatabaseSessionSettings settings;
    settings.searchPath = "pretended, pg_catalog";
    const auto connection = Connection::open(database.administrator, settings);
    QVERIFY_RESULT(connection);

    const auto checked = checkBeforeMigration(**connection, "aegis_app");

    QCOMPARE(checked.ok(), sentence.isEmpty());
    if (!checked)
        QCOMPARE(checked.problem().detail, sentence);
}

AEGIS_TEST(TestServerVersion)
#include "TestServerVersion.moc"
