#include "shared/query/FilterCompletion.h"
#include "shared/query/FilterParser.h"
#include "tests/shared/query/SampleFilters.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestFilterHostility : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesAtOnce_data();
    void refusesAtOnce();
    void takesWhatIsAtTheBounds_data();
    void takesWhatIsAtTheBounds();
    void completesNothingOfIt();
};

void TestFilterHostility::refusesAtOnce_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("position");
    const QString part = QStringLiteral("size>1 ");
    QTest::newRow("a megabyte of parentheses") << QString(1'000'000, u'(') << 2000;
    QTest::newRow("a megabyte of not") << QStringLiteral("not ").repeated(250'000) << 2000;
    QTest::newRow("a megabyte of quotes") << QString(1'000'000, u'"') << 2000;
    QTest::newRow("as many parentheses as fit") << QString(2000, u'(') << 20;
    QTest::newRow("as many nots as fit") << QStringLiteral("not ").repeated(500) << 80;
    QTest::newRow("parentheses and nots in turns") << QStringLiteral("not(").repeated(500) << 40;
    QTest::newRow("as many ends as fit") << QString(2000, u')') << 0;
    QTest::newRow("21 deep") << QString(21, u'(') + part + QString(21, u')') << 20;
    QTest::newRow("51 comparisons") << part.repeated(51) << 355;
    QTest::newRow("51 in a list") << QStringLiteral("size:(1") + QStringLiteral(" or 1").repeated(50) + u')' << 256;
    QTest::newRow("51 words") << QStringLiteral("a ").repeated(51) << 100;
    QTest::newRow("a NUL in a word") << QStringLiteral("name:a") + QChar(u'\0') << 6;
    QTest::newRow("a NUL in quotes") << QStringLiteral("name:\"a") + QChar(u'\0') + u'"' << 7;
    QTest::newRow("a NUL behind a backslash") << QStringLiteral("name:\\") + QChar(u'\0') << 6;
    QTest::newRow("nothing but a NUL") << QString(QChar(u'\0')) << 0;
    QTest::newRow("a high surrogate alone") << QStringLiteral("name:") + QChar(0xd83d) << 5;
    QTest::newRow("a high surrogate before a letter") << QStringLiteral("name:") + QChar(0xd83d) + u'a' << 5;
    QTest::newRow("a low surrogate alone") << QStringLiteral("name:a") + QChar(0xdd11) << 6;
    QTest::newRow("quotes that are not closed") << QStringLiteral("name:\"") + QString(1900, u'a') << 5;
    QTest::newRow("a backslash before the closing quote") << QStringLiteral("name:\"a\\\"") << 5;
}

void TestFilterHostility::refusesAtOnce()
{
    QFETCH(QString, text);
    QFETCH(int, position);

    const FilterParsed parsed = parseFilter(text, sampleFields, sampleNow);

    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.error().position, qsizetype(position));
    QVERIFY(parsed.error().position + parsed.error().length <= text.size());
    QVERIFY(!parsed.error().message.isEmpty());
    QVERIFY(parsed.error().message.size() < 200);
}

void TestFilterHostility::takesWhatIsAtTheBounds_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("20 deep") << QString(20, u'(') + QStringLiteral("size>1") + QString(20, u')');
    QTest::newRow("50 comparisons") << QStringLiteral("size>1 ").repeated(50);
    QTest::newRow("2000 characters") << QStringLiteral("name:") + QString(1995, u'a');
    QTest::newRow("a thousand stars") << QStringLiteral("name:") + QStringLiteral("*a").repeated(997);
    QTest::newRow("a character outside of the basic plane") << QStringLiteral("name:\U0001F511");
}

void TestFilterHostility::takesWhatIsAtTheBounds()
{
    QFETCH(QString, text);

    const FilterParsed parsed = parseFilter(text, sampleFields, sampleNow);

    QVERIFY2(parsed.ok(), parsed.ok() ? "" : qPrintable(parsed.error().message));
}

void TestFilterHostility::completesNothingOfIt()
{
    QVERIFY(completeFilter(QString(1'000'000, u'('), 1'000'000, sampleFields).suggestions.empty());
    QVERIFY(completeFilter(QString(QChar(u'\0')), 1, sampleFields).suggestions.empty());
    QVERIFY(completeFilter(u"ab", -5, sampleFields).position == 0);
    QVERIFY(completeFilter(u"ab", 50, sampleFields).position <= 2);
}

AEGIS_TEST(TestFilterHostility)
#include "TestFilterHostility.moc"
