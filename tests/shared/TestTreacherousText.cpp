#include "shared/text/TreacherousText.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestTreacherousText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void replacesWhatChangesHowTextIsShown_data();
    void replacesWhatChangesHowTextIsShown();
    void leavesOtherTextAlone_data();
    void leavesOtherTextAlone();
};

void TestTreacherousText::replacesWhatChangesHowTextIsShown_data()
{
    QTest::addColumn<char32_t>("character");

    QTest::newRow("delete") << U'\x7f';
    QTest::newRow("a control sequence begins (C1)") << char32_t(0x9b);
    QTest::newRow("soft hyphen") << char32_t(0xad);
    QTest::newRow("Arabic letter mark") << char32_t(0x61c);
    QTest::newRow("zero width space") << char32_t(0x200b);
    QTest::newRow("right-to-left mark") << char32_t(0x200f);
    QTest::newRow("line separator") << char32_t(0x2028);
    QTest::newRow("right-to-left override") << char32_t(0x202e);
    QTest::newRow("left-to-right isolate") << char32_t(0x2066);
    QTest::newRow("byte order mark") << char32_t(0xfeff);
    QTest::newRow("a tag, beyond the first plane") << char32_t(0xe0041);
}

void TestTreacherousText::replacesWhatChangesHowTextIsShown()
{
    QFETCH(char32_t, character);

    QString text = QStringLiteral("a");
    text.append(QChar::fromUcs4(character)); // QString::fromUcs4() would drop a byte order mark
    const QString clean = withoutTreachery(text + u'b');

    QCOMPARE(clean, QStringLiteral("a\uFFFDb"));
}

void TestTreacherousText::leavesOtherTextAlone_data()
{
    QTest::addColumn<QString>("text");

    QTest::newRow("empty") << QString();
    QTest::newRow("ASCII") << QStringLiteral("Mozilla/5.0 (X11; Linux x86_64)");
    QTest::newRow("Latin") << QStringLiteral("Größe");
    QTest::newRow("Hebrew") << QStringLiteral("\u05D0\u05D1");
    QTest::newRow("an emoji") << QStringLiteral("\U0001F600");
}

void TestTreacherousText::leavesOtherTextAlone()
{
    QFETCH(QString, text);

    QCOMPARE(withoutTreachery(text), text);
}

AEGIS_TEST(TestTreacherousText)
#include "TestTreacherousText.moc"
