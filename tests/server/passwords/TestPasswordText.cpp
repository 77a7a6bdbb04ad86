#include "server/passwords/PasswordText.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestPasswordText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void normalizes_data();
    void normalizes();
    void refuses_data();
    void refuses();
};

void TestPasswordText::normalizes_data()
{
    QTest::addColumn<QByteArray>("typed");
    QTest::addColumn<QByteArray>("normal");
    QTest::newRow("nothing") << QByteArray() << QByteArray();
    QTest::newRow("ASCII stays") << QByteArray(" Pass\0word ", 11) << QByteArray(" Pass\0word ", 11);
    QTest::newRow("composed stays") << QByteArray("Zo\xc3\xab") << QByteArray("Zo\xc3\xab");
    QTest::newRow("decomposed becomes composed") << QByteArray("Zoe\xcc\x88") << QByteArray("Zo\xc3\xab");
    QTest::newRow("full width becomes ASCII") << QByteArray("\xef\xbc\xb0\xef\xbc\x91") << QByteArray("P1");
    QTest::newRow("a ligature becomes letters") << QByteArray("\xef\xac\x81") << QByteArray("fi");
    QTest::newRow("an emoji stays") << QByteArray("\xf0\x9f\x94\x91") << QByteArray("\xf0\x9f\x94\x91");
    QTest::newRow("a byte order mark stays") << QByteArray("\xef\xbb\xbfpass") << QByteArray("\xef\xbb\xbfpass");
    QTest::newRow("8192 bytes") << QByteArray(8192, 'l') << QByteArray(8192, 'l');
}

void TestPasswordText::normalizes()
{
    QFETCH(QByteArray, typed);
    QFETCH(QByteArray, normal);

    const auto text = normalizedPassword(Secret(typed));

    QVERIFY_RESULT(text);
    QCOMPARE(text->reveal().toByteArray(), normal);
}

void TestPasswordText::refuses_data()
{
    QTest::addColumn<QByteArray>("typed");
    QTest::addColumn<QString>("code");
    QTest::newRow("a lone continuation byte") << QByteArray("pass\x80word") << QStringLiteral("password_invalid");
    QTest::newRow("a character that is cut short") << QByteArray("password\xc3") << QStringLiteral("password_invalid");
    QTest::newRow("an overlong form") << QByteArray("\xc0\xaf") << QStringLiteral("password_invalid");
    QTest::newRow("a lone surrogate") << QByteArray("\xed\xa0\x80") << QStringLiteral("password_invalid");
    QTest::newRow("beyond Unicode") << QByteArray("\xf4\x90\x80\x80") << QStringLiteral("password_invalid");
    QTest::newRow("8193 bytes") << QByteArray(8193, 'l') << QStringLiteral("password_too_long");
}

void TestPasswordText::refuses()
{
    QFETCH(QByteArray, typed);
    QFETCH(QString, code);

    const auto text = normalizedPassword(Secret(typed));

    QVERIFY(!text);
    QCOMPARE(text.problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(text.problem().fields.front().field, QStringLiteral("password"));
    QCOMPARE(QString(fieldCodeInfo(text.problem().fields.front().code).name), code);
}

AEGIS_TEST(TestPasswordText)
#include "TestPasswordText.moc"
