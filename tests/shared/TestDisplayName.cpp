#include "shared/text/DisplayName.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestDisplayName : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatPeopleAreCalled_data();
    void keepsWhatPeopleAreCalled();
    void refuses_data();
    void refuses();
};

void TestDisplayName::keepsWhatPeopleAreCalled_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("name");
    QTest::newRow("apostrophe") << QStringLiteral("O'Brien") << QStringLiteral("O'Brien");
    QTest::newRow("white space around") << QStringLiteral("  Ada \t") << QStringLiteral("Ada");
    QTest::newRow("markup is only text") << QStringLiteral("<b>") << QStringLiteral("<b>");
    QTest::newRow("emoji") << QStringLiteral(u"\U0001F600") << QStringLiteral(u"\U0001F600");
    QTest::newRow("emoji of several") << QStringLiteral(u"\U0001F469\u200d\U0001F680") << QStringLiteral(u"\U0001F469\u200d\U0001F680");
    QTest::newRow("emoji in colour") << QStringLiteral(u"\u2764\ufe0f\u200d\U0001F525") << QStringLiteral(u"\u2764\ufe0f\u200d\U0001F525");
    QTest::newRow("joiner") << QStringLiteral(u"\u0646\u200c\u0627") << QStringLiteral(u"\u0646\u200c\u0627");
    QTest::newRow("joiner after a virama") << QStringLiteral(u"\u0d15\u0d4d\u200d\u0d15") << QStringLiteral(u"\u0d15\u0d4d\u200d\u0d15");
    QTest::newRow("joiner before a virama") << QStringLiteral(u"\u09b0\u200d\u09cd\u09af") << QStringLiteral(u"\u09b0\u200d\u09cd\u09af");
    QTest::newRow("marks of Tibetan") << QStringLiteral(u"\u0f66\u0f92\u0fb2\u0f74\u0f56") << QStringLiteral(u"\u0f66\u0f92\u0fb2\u0f74\u0f56");
    QTest::newRow("Vietnamese in pieces") << QStringLiteral(u"Ngo\u0302\u0301") << QStringLiteral(u"Ng\u1ed1");
    QTest::newRow("8 marks") << QStringLiteral("x") + QString(8, QChar(0x0325)) << QStringLiteral("x") + QString(8, QChar(0x0325));
    QTest::newRow("only digits") << QStringLiteral("42") << QStringLiteral("42");
    QTest::newRow("100 code points outside the BMP") << QStringLiteral(u"\U0001F600").repeated(100) << QStringLiteral(u"\U0001F600").repeated(100);
}

void TestDisplayName::keepsWhatPeopleAreCalled()
{
    QFETCH(QString, text);
    QFETCH(QString, name);

    QCOMPARE(parseDisplayName(text, maxPersonNameLength), std::optional(name));
}

void TestDisplayName::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("only white space") << QStringLiteral(" \t ");
    QTest::newRow("101 letters") << QString(101, u'a');
    QTest::newRow("NUL") << QStringLiteral("A") + QChar(u'\0') + QStringLiteral("da");
    QTest::newRow("line break") << QStringLiteral("A\nda");
    QTest::newRow("right-to-left override") << QStringLiteral(u"A\u202eda");
    QTest::newRow("zero width space") << QStringLiteral(u"A\u200bda");
    QTest::newRow("a joiner alone") << QStringLiteral(u"\u200d");
    QTest::newRow("a joiner at the start") << QStringLiteral(u"\u200dAda");
    QTest::newRow("a joiner at the end") << QStringLiteral(u"Ada\u200d");
    QTest::newRow("two joiners") << QStringLiteral(u"\u0646\u200c\u200c\u0627");
    QTest::newRow("a joiner between digits") << QStringLiteral(u"4\u200d2");
    QTest::newRow("Hangul filler alone") << QStringLiteral(u"\u3164");
    QTest::newRow("Hangul filler inside") << QStringLiteral(u"A\u3164da");
    QTest::newRow("Hangul initial filler") << QStringLiteral(u"\u115f");
    QTest::newRow("Hangul filler of half the width") << QStringLiteral(u"\uffa0");
    QTest::newRow("Braille blank") << QStringLiteral(u"\u2800");
    QTest::newRow("variation selector alone") << QStringLiteral(u"\ufe0f");
    QTest::newRow("two variation selectors") << QStringLiteral(u"\u2764\ufe0f\ufe0f");
    QTest::newRow("variation selector inside") << QStringLiteral(u"A\ufe0fda");
    QTest::newRow("variation selector of the supplement") << QStringLiteral(u"A\U000e0100da");
    QTest::newRow("grapheme joiner alone") << QStringLiteral(u"\u034f");
    QTest::newRow("soft hyphen") << QStringLiteral(u"A\u00adda");
    QTest::newRow("a mark alone") << QStringLiteral(u"\u0301");
    QTest::newRow("a mark at the start") << QStringLiteral(u"\u0301Ada");
    QTest::newRow("9 marks") << QStringLiteral("x") + QString(9, QChar(0x0325));
    QTest::newRow("9 marks around a joiner") << QStringLiteral("x") + QString(8, QChar(0x0325)) + QChar(0x200d) + QChar(0x0325);
    QTest::newRow("99 marks") << QStringLiteral("e") + QString(99, QChar(0x0301));
    QTest::newRow("lone surrogate") << QStringLiteral("A") + QChar(0xdc00);
    QTest::newRow("private use") << QStringLiteral(u"A\ue000");
    QTest::newRow("a megabyte") << QString(1 << 20, u'a');
}

void TestDisplayName::refuses()
{
    QFETCH(QString, text);

    QVERIFY(!parseDisplayName(text, maxPersonNameLength));
}

AEGIS_TEST(TestDisplayName)
#include "TestDisplayName.moc"
