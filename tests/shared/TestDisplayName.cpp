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
    QTest::newRow("joiner") << QStringLiteral(u"\u0646\u200c\u0627") << QStringLiteral(u"\u0646\u200c\u0627");
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
