#include "server/log/LogLine.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <limits>

using namespace aegis;

class TestLogLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesNoSecret();
    void isOneJsonObject();
    void keepsEachKindOfValue_data();
    void keepsEachKindOfValue();
    void cannotBeForged_data();
    void cannotBeForged();
    void cutsLongValues();
    void isReadableAsText();
    void coloursOnlyWhenAsked();

private:
    static QByteArray json(std::initializer_list<log::Field> fields, const CorrelationId *correlation = nullptr)
    {
        std::string line;
        log::appendJsonLine(
            line,
            {.time = Instant{}, .level = LogLevel::Info, .event = "event", .correlation = correlation, .fields = {fields.begin(), fields.size()}});
        return QByteArray::fromStdString(line);
    }
    static QByteArray text(std::initializer_list<log::Field> fields, bool colours = false)
    {
        std::string line;
        log::appendTextLine(
            line,
            {.time = Instant{}, .level = LogLevel::Warning, .event = "event", .correlation = nullptr, .fields = {fields.begin(), fields.size()}},
            colours);
        return QByteArray::fromStdString(line);
    }
};

void TestLogLine::takesNoSecret()
{
    static_assert(std::is_constructible_v<log::Value, QString>);
    static_assert(!std::is_constructible_v<log::Value, Secret>);
    static_assert(!std::is_constructible_v<log::Value, const Secret &>);
    static_assert(!std::is_constructible_v<log::Value, Secret *>, "a pointer must not be logged as a truth value");
    QVERIFY((!std::is_convertible_v<Secret, log::Value>));
}

void TestLogLine::isOneJsonObject()
{
    const CorrelationId correlation = CorrelationId::make(Instant{});

    const QByteArray line = json({{"reason", "no"}, {"attempts", 3}}, &correlation);

    QVERIFY(line.endsWith('\n'));
    QCOMPARE(line.count('\n'), 1);
    const QJsonObject object = QJsonDocument::fromJson(line).object();
    QCOMPARE(object.keys(),
             (QStringList{QStringLiteral("attempts"), QStringLiteral("correlationId"), QStringLiteral("event"), QStringLiteral("level"),
                          QStringLiteral("reason"), QStringLiteral("time")}));
    QCOMPARE(object.value(QStringLiteral("time")).toString(), QStringLiteral("1970-01-01T00:00:00.000Z"));
    QCOMPARE(object.value(QStringLiteral("level")).toString(), QStringLiteral("info"));
    QCOMPARE(object.value(QStringLiteral("event")).toString(), QStringLiteral("event"));
    QCOMPARE(object.value(QStringLiteral("correlationId")).toString(), QString::fromLatin1(correlation.text()));
}

void TestLogLine::keepsEachKindOfValue_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("value"); // as it stands in the JSON
    const QUuid id = parseUuid("0192f000-0000-7000-8000-000000000001").value();
    const QHostAddress address(QStringLiteral("2001:db8::1"));
    QTest::newRow("truth") << json({{"v", true}}) << QByteArray("true");
    QTest::newRow("negative") << json({{"v", -5}}) << QByteArray("-5");
    QTest::newRow("largest") << json({{"v", std::numeric_limits<std::uint64_t>::max()}}) << QByteArray("18446744073709551615");
    QTest::newRow("fraction") << json({{"v", 0.25}}) << QByteArray("0.25");
    QTest::newRow("no number") << json({{"v", std::numeric_limits<double>::quiet_NaN()}}) << QByteArray("null");
    QTest::newRow("infinity") << json({{"v", std::numeric_limits<double>::infinity()}}) << QByteArray("null");
    QTest::newRow("text") << json({{"v", QStringLiteral("ü")}}) << QByteArray("\"ü\"");
    QTest::newRow("bytes") << json({{"v", QByteArray("\xc3\xbc")}}) << QByteArray("\"ü\"");
    QTest::newRow("words of the code") << json({{"v", "plain"}}) << QByteArray("\"plain\"");
    QTest::newRow("id") << json({{"v", UserId(id)}}) << QByteArray("\"0192f000-0000-7000-8000-000000000001\"");
    QTest::newRow("time") << json({{"v", Instant(std::chrono::milliseconds(1))}}) << QByteArray("\"1970-01-01T00:00:00.001Z\"");
    QTest::newRow("duration") << json({{"v", std::chrono::microseconds(1500)}}) << QByteArray("1.5");
    QTest::newRow("address") << json({{"v", address}}) << QByteArray("\"2001:db8::1\"");
}

void TestLogLine::keepsEachKindOfValue()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QByteArray, value);

    QVERIFY2(line.endsWith(",\"v\":" + value + "}\n"), line.constData());
    QVERIFY(QJsonDocument::fromJson(line).isObject());
}

void TestLogLine::cannotBeForged_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("written"); // between the quotes
    QTest::newRow("quote and brace") << QByteArray("\"},{\"level\":\"error") << QByteArray(R"(\"},{\"level\":\"error)");
    QTest::newRow("backslash") << QByteArray("a\\") << QByteArray("a\\\\");
    QTest::newRow("new line") << QByteArray("a\nb\r\nc") << QByteArray(R"(a\nb\r\nc)");
    QTest::newRow("escape sequence") << QByteArray("\x1b[2J") << QByteArray("\\u001b[2J");
    QTest::newRow("zero") << QByteArray("a\0b", 3) << QByteArray("a\\u0000b");
    QTest::newRow("delete") << QByteArray("\x7f") << QByteArray("\\u007f");
    QTest::newRow("8-bit escape sequence") << QByteArray("\xc2\x9b") << QByteArray("\\u009b");
    QTest::newRow("text turned round") << QByteArray("\xe2\x80\xae") << QByteArray("\\u202e");
    QTest::newRow("line separator") << QByteArray("\xe2\x80\xa8") << QByteArray("\\u2028");
    QTest::newRow("invisible tag") << QByteArray("\xf3\xa0\x81\x81") << QByteArray("\\udb40\\udc41");
    QTest::newRow("no UTF-8") << QByteArray("a\xff\xc3") << QByteArray("a\xef\xbf\xbd\xef\xbf\xbd");
    QTest::newRow("overlong") << QByteArray("\xc0\xaf") << QByteArray("\xef\xbf\xbd\xef\xbf\xbd");
    QTest::newRow("surrogate in UTF-8") << QByteArray("\xed\xa0\x80") << QByteArray("\xef\xbf\xbd").repeated(3);
    QTest::newRow("beyond Unicode") << QByteArray("\xf4\x90\x80\x80") << QByteArray("\xef\xbf\xbd").repeated(4);
    QTest::newRow("emoji stays") << QByteArray("\xf0\x9f\x98\x80") << QByteArray("\xf0\x9f\x98\x80");
}

void TestLogLine::cannotBeForged()
{
    QFETCH(const QByteArray, sent);
    QFETCH(const QByteArray, written);

    const QByteArray line = json({{"v", sent}, {"after", 1}});
    const QByteArray readable = text({{"v", sent}, {"after", 1}});

    QVERIFY2(line.contains(",\"v\":\"" + written + "\",\"after\":1}\n"), line.constData());
    QVERIFY(QJsonDocument::fromJson(line).isObject());
    QCOMPARE(line.count('\n'), 1);
    QCOMPARE(readable.count('\n'), 1);
    QVERIFY(!readable.contains('\x1b'));
    if (sent.isValidUtf8()) { // the same from UTF-16
        QCOMPARE(json({{"v", QString::fromUtf8(sent)}, {"after", 1}}), line);
    }
    const QString lone = QString(QChar(0xd800)) + QLatin1Char('x');
    QVERIFY(json({{"v", lone}}).contains("\"\xef\xbf\xbdx\""));
}

void TestLogLine::cutsLongValues()
{
    const QByteArray line = json({{"v", QByteArray(1'000'000, 'x')}, {"w", QString(1'000'000, QLatin1Char('y'))}});

    QVERIFY(line.size() < 9000);
    QVERIFY(line.contains("xxx...\""));
    QVERIFY(line.contains("yyy...\""));
    QVERIFY(QJsonDocument::fromJson(line).isObject());
}

void TestLogLine::isReadableAsText()
{
    QCOMPARE(text({{"reason", "bad_password"}, {"count", 3}, {"said", "two words"}, {"empty", ""}, {"tricky", "a=b"}}),
             QByteArray("1970-01-01T00:00:00.000Z WARN  event reason=bad_password count=3 said=\"two words\" empty=\"\" tricky=\"a=b\"\n"));
}

void TestLogLine::coloursOnlyWhenAsked()
{
    QVERIFY(text({{"a", 1}}, true).contains("\x1b[33m"));
    QVERIFY(!text({{"a", 1}}, false).contains('\x1b'));
}

AEGIS_TEST(TestLogLine)
#include "TestLogLine.moc"
