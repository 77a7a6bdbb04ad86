#include "shared/json/CanonicalJson.h"
#include "shared/json/FlatJson.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestFlatJson : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatCanonicalJsonWrites();
    void refusesAnyOtherForm_data();
    void refusesAnyOtherForm();
    void refusesWhateverIsCutOff();
    void knowsIntegersFromTexts();
};

/// How many members there were; nothing when it was refused.
static std::optional<int> membersOf(QByteArrayView json)
{
    FlatJson reader(json);
    int members = 0;
    while (reader.next())
        ++members;
    const bool whole = reader.isWhole();
    return whole && !reader.next() ? std::optional(members) : std::nullopt;
}

void TestFlatJson::readsWhatCanonicalJsonWrites()
{
    CanonicalJson json;
    json.number("exp", 1'800'000'000);
    json.text("iss", QStringLiteral("\"\u00fc\\"));
    json.number("low", -999'999'999'999'999'999);
    json.text("sub", QStringLiteral("ada"));
    const QByteArray bytes = json.take();

    FlatJson reader(bytes);

    QVERIFY(reader.next());
    QCOMPARE(reader.name(), QByteArrayView("exp"));
    QCOMPARE(reader.integer(), std::optional<std::int64_t>(1'800'000'000));
    QVERIFY(reader.next());
    QCOMPARE(reader.value(), QByteArrayView(CanonicalJson::quoted(QStringLiteral("\"\u00fc\\"))));
    QVERIFY2(reader.plainText().isNull(), "it holds escapes");
    QVERIFY(reader.next());
    QCOMPARE(reader.integer(), std::optional<std::int64_t>(-999'999'999'999'999'999));
    QVERIFY(reader.next());
    QCOMPARE(reader.name(), QByteArrayView("sub"));
    QCOMPARE(reader.plainText(), QByteArrayView("ada"));
    QVERIFY(!reader.next());
    QVERIFY(reader.isWhole());
    QCOMPARE(membersOf("{}"), std::optional(0));
}

void TestFlatJson::refusesAnyOtherForm_data()
{
    QTest::addColumn<QByteArray>("json");
    const auto row = [](const char *name, const char *json) { QTest::newRow(name) << QByteArray(json); };
    row("nothing", "");
    row("no object", "[]");
    row("a text", "\"a\"");
    row("white space before", " {}");
    row("white space after", "{} ");
    row("white space within", "{ }");
    row("white space before a value", R"({"a": 1})");
    row("two objects", "{}{}");
    row("a comma at the end", R"({"a":1,})");
    row("a comma at the beginning", R"({,"a":1})");
    row("no comma", R"({"a":1"b":2})");
    row("no colon", R"({"a"1})");
    row("no value", R"({"a":})");
    row("a name without quotation marks", "{a:1}");
    row("a name with an escape", R"({"\u0061":1})");
    row("a name twice", R"({"a":1,"a":1})");
    row("names in another order", R"({"b":1,"a":1})");
    row("an object within", R"({"a":{}})");
    row("a list within", R"({"a":[]})");
    row("a word", R"({"a":true})");
    row("null", R"({"a":null})");
    row("a fraction", R"({"a":1.0})");
    row("an exponent", R"({"a":1e2})");
    row("a sign alone", R"({"a":-})");
    row("a plus", R"({"a":+1})");
    row("a zero before", R"({"a":01})");
    row("a negative zero", R"({"a":-0})");
    row("too many digits", R"({"a":1234567890123456789})");
    row("a control character", "{\"a\":\"\n\"}");
    QTest::newRow("a NUL at the end") << QByteArray("{\"a\":1}\0", 8);
    QTest::newRow("a NUL within") << QByteArray("{\"a\":\0}", 7);
}

void TestFlatJson::refusesAnyOtherForm()
{
    QFETCH(QByteArray, json);

    QCOMPARE(membersOf(json), std::nullopt);
}

void TestFlatJson::refusesWhateverIsCutOff()
{
    const QByteArray json = R"({"a":-12,"b":"c\"d\\","e":""})";
    QCOMPARE(membersOf(json), std::optional(3));

    for (qsizetype length = 0; length < json.size(); ++length) {
        const std::vector<char> cut(json.begin(), json.begin() + length); // nothing behind it: AddressSanitizer notices a byte too many
        QCOMPARE(membersOf({cut.data(), length}), std::nullopt);
    }
}

void TestFlatJson::knowsIntegersFromTexts()
{
    FlatJson reader(R"({"a":"1","b":1,"c":""})");

    QVERIFY(reader.next());
    QCOMPARE(reader.integer(), std::nullopt);
    QCOMPARE(reader.plainText(), QByteArrayView("1"));
    QVERIFY(reader.next());
    QVERIFY(reader.plainText().isNull());
    QVERIFY(reader.next());
    QVERIFY(reader.plainText().isEmpty() && !reader.plainText().isNull());
}

AEGIS_TEST(TestFlatJson)
#include "TestFlatJson.moc"
