#include "server/config/SettingsFile.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestSettingsFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsALine_data();
    void readsALine();
    void refusesALine_data();
    void refusesALine();
    void numbersLinesFromOne();
    void reportsEachBadLine();
    void neverRepeatsWhatStandsInABadLine();
    void refusesAFileThatIsNotThere();
};

void TestSettingsFile::readsALine_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("plain") << QByteArray("KEY=value") << QByteArray("value");
    QTest::newRow("spaces around") << QByteArray("  KEY = value  ") << QByteArray("value");
    QTest::newRow("spaces inside") << QByteArray("KEY=a b") << QByteArray("a b");
    QTest::newRow("equals sign inside") << QByteArray("KEY=a=b") << QByteArray("a=b");
    QTest::newRow("empty") << QByteArray("KEY=") << QByteArray("");
    QTest::newRow("comment behind") << QByteArray("KEY=value # why") << QByteArray("value");
    QTest::newRow("only a comment behind") << QByteArray("KEY= # why") << QByteArray("");
    QTest::newRow("hash inside a word") << QByteArray("KEY=a#b") << QByteArray("a#b");
    QTest::newRow("double quotes") << QByteArray("KEY=\"a # b\"") << QByteArray("a # b");
    QTest::newRow("escapes") << QByteArray("KEY=\"a\\\"b\\\\c\\nd\"") << QByteArray("a\"b\\c\nd");
    QTest::newRow("single quotes") << QByteArray("KEY='a\\n\"b'") << QByteArray("a\\n\"b");
    QTest::newRow("comment behind quotes") << QByteArray("KEY='a' # why") << QByteArray("a");
    QTest::newRow("for a shell") << QByteArray("export KEY=value") << QByteArray("value");
    QTest::newRow("carriage return") << QByteArray("KEY=value\r") << QByteArray("value");
}

void TestSettingsFile::readsALine()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, value);

    const auto file = SettingsFile::parse(line + "\n", QStringLiteral("f"));

    QVERIFY_RESULT(file);
    QCOMPARE(file->entries.size(), std::size_t(1));
    QCOMPARE(file->entries.front().name, QByteArray("KEY"));
    QCOMPARE(file->entries.front().value, value);
}

void TestSettingsFile::refusesALine_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("no equals sign") << QByteArray("KEY");
    QTest::newRow("no key") << QByteArray("=value");
    QTest::newRow("key with a space") << QByteArray("MY KEY=value");
    QTest::newRow("key that begins with a digit") << QByteArray("1KEY=value");
    QTest::newRow("section") << QByteArray("[server]");
    QTest::newRow("quote that does not end") << QByteArray("KEY=\"value");
    QTest::newRow("something behind the quote") << QByteArray("KEY=\"a\"b");
    QTest::newRow("unknown escape") << QByteArray("KEY=\"a\\x\"");
    QTest::newRow("backslash at the end") << QByteArray("KEY=\"a\\");
    QTest::newRow("zero byte") << QByteArray("KEY=a\0b", 7);
}

void TestSettingsFile::refusesALine()
{
    QFETCH(const QByteArray, line);

    const auto file = SettingsFile::parse(line, QStringLiteral("f"));

    QVERIFY(!file.ok());
    QCOMPARE(file.problem().fields.size(), std::size_t(1));
    QCOMPARE(file.problem().fields.front().field, QStringLiteral("f line 1"));
}

void TestSettingsFile::numbersLinesFromOne()
{
    const auto file = SettingsFile::parse("# comment\n\nFIRST=1\n  # another\nSECOND=2", QStringLiteral("f"));

    QVERIFY_RESULT(file);
    QCOMPARE(file->entries.size(), std::size_t(2));
    QCOMPARE(file->entries.at(0).line, 3);
    QCOMPARE(file->entries.at(1).line, 5);
}

void TestSettingsFile::reportsEachBadLine()
{
    const auto file = SettingsFile::parse("bad\nGOOD=1\n'worse\n", QStringLiteral("f"));

    QVERIFY(!file.ok());
    QCOMPARE(file.problem().fields.size(), std::size_t(2));
    QCOMPARE(file.problem().fields.at(1).field, QStringLiteral("f line 3"));
}

void TestSettingsFile::neverRepeatsWhatStandsInABadLine()
{
    const auto file = SettingsFile::parse("JWT_SECRET=\"hunter2hunter2\nhunter2\n", QStringLiteral("f"));

    QVERIFY(!file.ok());
    for (const FieldError &error : file.problem().fields)
        QVERIFY(!error.message.contains(QStringLiteral("hunter2")));
}

void TestSettingsFile::refusesAFileThatIsNotThere()
{
    const auto file = SettingsFile::read(QStringLiteral("/nowhere/aegis.conf"));

    QVERIFY(!file.ok());
    QCOMPARE(file.problem().fields.front().field, QStringLiteral("/nowhere/aegis.conf"));
}

AEGIS_TEST(TestSettingsFile)
#include "TestSettingsFile.moc"
