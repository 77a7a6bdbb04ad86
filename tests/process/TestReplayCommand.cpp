#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

/// `aegisd events replay`, beside a server that runs.
class TestReplayCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void comparesThePresent();
    void makesASchema();
    void leavesAnotherSchemaAlone();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();

private:
    int replay(ServerProcess &command, const QStringList &words)
    {
        return command.run(QStringList{QStringLiteral("events"), QStringLiteral("replay")} + words);
    }

    const DataDirectory m_directory;
    ServerProcess m_server{m_directory};
};

void TestReplayCommand::initTestCase()
{
    QVERIFY_STARTS(m_server);
    QCOMPARE(ApiClient(m_server.port()).signup("ada").status, 201);
    QCOMPARE(ApiClient(m_server.port()).signup("grace").status, 201);
}

void TestReplayCommand::comparesThePresent()
{
    AdminDatabase database(m_directory);
    ServerProcess command(m_directory);

    QCOMPARE(replay(command, {QStringLiteral("--check")}), 0);
    QVERIFY2(command.output().startsWith("The tables are what the events tell.\n"), command.output().constData());
    QVERIFY2(command.output().contains("user: 2"), command.output().constData());

    database.execute("update organization set status = 'suspended' where slug = (select min(slug) from organization)");
    QCOMPARE(replay(command, {QStringLiteral("--check")}), 1);
    QVERIFY2(command.output().startsWith("The tables are NOT what the events tell: 1 differences.\norganization "), command.output().constData());
    QVERIFY2(command.output().contains(" status: events tell active, the table has suspended\n"), command.output().constData());
    QCOMPARE(command.errorOutput(), QByteArray());
    database.execute("update organization set status = 'active'");
    QCOMPARE(replay(command, {QStringLiteral("--check")}), 0);
}

void TestReplayCommand::makesASchema()
{
    AdminDatabase database(m_directory);
    const QMap<QString, qint64> before = database.rowCounts();
    const QString now = database.query("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')").first().get<QString>(0);
    QCOMPARE(ApiClient(m_server.port()).signup("late").status, 201);
    ServerProcess command(m_directory);

    QCOMPARE(replay(command, {QStringLiteral("--until"), now, QStringLiteral("--schema"), QStringLiteral("then")}), 0);
    QVERIFY2(command.output().contains("2 organizations, 2 users"), command.output().constData());
    QCOMPARE(replay(command, {}), 0);
    QVERIFY2(command.output().startsWith("The schema aegis_replay has the state as of "), command.output().constData());
    QVERIFY2(command.output().contains("3 organizations, 3 users"), command.output().constData());

    QCOMPARE(database.count("select count(*) from \"then\".session"), qint64(2));
    QCOMPARE(database.count("select count(*) from aegis_replay.session"), qint64(3));
    QCOMPARE(replay(command, {QStringLiteral("--schema"), QStringLiteral("then")}), 0); // its own it replaces
    QCOMPARE(database.count("select count(*) from \"then\".session"), qint64(3));
    QVERIFY(database.rowCounts() != before); // the third signup, and nothing else
    QCOMPARE(database.rowCounts()[QStringLiteral("user")], before[QStringLiteral("user")] + 1);
}

void TestReplayCommand::leavesAnotherSchemaAlone()
{
    AdminDatabase database(m_directory);
    database.execute("create schema somebodys; create table somebodys.precious (x int); insert into somebodys.precious values (42)");
    ServerProcess command(m_directory);

    QCOMPARE(replay(command, {QStringLiteral("--schema"), QStringLiteral("somebodys")}), 1);

    QVERIFY2(command.errorOutput().contains("no replay has made"), command.errorOutput().constData());
    QCOMPARE(database.count("select x from somebodys.precious"), qint64(42));
}

void TestReplayCommand::saysWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *name, const char *words, int code, const char *says) {
        QTest::newRow(name) << QString::fromLatin1(words).split(QLatin1Char(' '), Qt::SkipEmptyParts) << code << QByteArray(says);
    };
    row("no time", "--until", 2, "--until needs a time");
    row("a word", "--until yesterday", 2, "--until needs a time");
    row("the future", "--until 2999-01-01T00:00:00Z", 1, "--until is in the future");
    row("no name", "--schema", 2, "--schema needs the name");
    row("the schema itself", "--schema aegis", 1, "needed for something else");
    row("a name that would be SQL", "--schema x\";drop", 1, "is no name of a schema");
    row("both", "--check --until 2026-01-01T00:00:00Z", 2, "--until does not go with it");
}

void TestReplayCommand::saysWhatIsWrong()
{
    QFETCH(QStringList, words);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    ServerProcess command(m_directory);

    QCOMPARE(replay(command, words), code);

    QVERIFY2(command.errorOutput().contains(says), command.errorOutput().constData());
}

AEGIS_TEST(TestReplayCommand)
#include "TestReplayCommand.moc"
