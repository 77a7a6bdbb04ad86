#include "server/crypto/Base64.h"
#include "server/lists/PageCursor.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestPageCursor : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isReadAsItWasWritten_data();
    void isReadAsItWasWritten();
    void refusesWhatItCannotHaveWritten_data();
    void refusesWhatItCannotHaveWritten();
};

void TestPageCursor::isReadAsItWasWritten_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<bool>("isNull");
    QTest::newRow("a text") << QStringLiteral("a \"b\" \\ ü \U0001F511") << false;
    QTest::newRow("an empty text") << QString() << false;
    QTest::newRow("NULL") << QString() << true;
}

void TestPageCursor::isReadAsItWasWritten()
{
    QFETCH(QString, value);
    QFETCH(bool, isNull);
    const PageCursor cursor{QStringLiteral("name"), true, isNull ? std::nullopt : std::optional(value), QUuid::createUuid()};

    const auto read = PageCursor::parse(cursor.text());

    QVERIFY(read.has_value());
    QVERIFY(*read == cursor);
    QCOMPARE(read->value.has_value(), !isNull);
}

void TestPageCursor::refusesWhatItCannotHaveWritten_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const QByteArray &json) { QTest::newRow(name) << base64Url(json); };
    const QByteArray id = "0193a0f0-7c00-7abc-8def-00000000beef";
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no base64url") << QByteArray("a+b/");
    QTest::newRow("padding") << base64Url("[\"name\",\"asc\",\"a\",\"" + id + "\"]") + "==";
    QTest::newRow("a megabyte") << QByteArray(1'000'000, 'A');
    row("no JSON", "\xff\xfe{");
    row("no list", "{\"sort\":\"name\"}");
    row("a short list", "[\"name\",\"asc\",\"a\"]");
    row("a long list", "[\"name\",\"asc\",\"a\",\"" + id + "\",1]");
    row("another direction", "[\"name\",\"up\",\"a\",\"" + id + "\"]");
    row("a number as the value", "[\"name\",\"asc\",1,\"" + id + "\"]");
    row("no id", "[\"name\",\"asc\",\"a\",\"x\"]");
    row("a NUL", "[\"name\",\"asc\",\"a\\u0000\",\"" + id + "\"]");
}

void TestPageCursor::refusesWhatItCannotHaveWritten()
{
    QFETCH(QByteArray, text);

    QVERIFY(!PageCursor::parse(text).has_value());
}

AEGIS_TEST(TestPageCursor)
#include "TestPageCursor.moc"
