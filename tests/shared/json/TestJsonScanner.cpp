#include "shared/json/JsonScanner.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QRandomGenerator>

#include <ctime>

using namespace aegis;

class TestJsonScanner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void neverEchoesWhatItRead();
    void takesTimeInProportionToTheLength();
    void whatItAcceptsQtCanParse();
};

void TestJsonScanner::accepts_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("empty object") << QByteArray("{}");
    QTest::newRow("blanks everywhere") << QByteArray(" \t\r\n{ \"a\" : [ 1 , 2 ] } \n");
    QTest::newRow("every kind of value") << QByteArray(R"({"a":null,"b":true,"c":false,"d":-1.5e+3,"e":"x","f":[],"g":{}})");
    QTest::newRow("escapes that are no controls") << QByteArray(R"({"a":"\"\\\/\u0041\uD83D\uDE00"})");
    QTest::newRow("raw characters of each length") << QByteArray("{\"a\":\"\xc2\x80\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"}");
    QTest::newRow("same name in different objects") << QByteArray(R"({"a":{"a":1},"b":{"a":1}})");
    QTest::newRow("as deep as allowed") << QByteArray(QByteArray(32, '[') + QByteArray(32, ']'));
    QTest::newRow("zero and minus zero") << QByteArray("[0,-0,0.5]");
}

void TestJsonScanner::accepts()
{
    QFETCH(QByteArray, json);

    const auto result = scanJson(json);

    QVERIFY_RESULT(result);
}

void TestJsonScanner::refuses_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("blanks only") << QByteArray("  ");
    QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf{}");
    QTest::newRow("trailing garbage") << QByteArray("{}x");
    QTest::newRow("two documents") << QByteArray("{}{}");
    QTest::newRow("NUL after the document") << QByteArray("{}\0", 3);
    QTest::newRow("trailing comma in object") << QByteArray(R"({"a":1,})");
    QTest::newRow("trailing comma in array") << QByteArray("[1,]");
    QTest::newRow("leading comma") << QByteArray("[,1]");
    QTest::newRow("no colon") << QByteArray(R"({"a" 1})");
    QTest::newRow("name without quotes") << QByteArray("{a:1}");
    QTest::newRow("single quotes") << QByteArray("{'a':1}");
    QTest::newRow("comment") << QByteArray("{/**/}");
    QTest::newRow("duplicate name") << QByteArray(R"({"a":1,"a":2})");
    QTest::newRow("duplicate name written with an escape") << QByteArray(R"({"a":1,"\u0061":2})");
    QTest::newRow("duplicate name of many bytes") << QByteArray("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}");
    QTest::newRow("name after a byte order mark") << QByteArray("{\"a\":1,\"\xef\xbb\xbf"
                                                                "a\":2}");
    QTest::newRow("value after a byte order mark") << QByteArray("\"\xef\xbb\xbfx\"");
    QTest::newRow("one level too deep") << QByteArray(QByteArray(33, '[') + QByteArray(33, ']'));
    QTest::newRow("10,000 arrays") << QByteArray(QByteArray(10'000, '[') + QByteArray(10'000, ']'));
    QTest::newRow("10,000 objects") << QByteArray("{\"a\":").repeated(10'000);
    QTest::newRow("unclosed object") << QByteArray("{");
    QTest::newRow("unclosed array") << QByteArray("[1");
    QTest::newRow("unclosed string") << QByteArray("\"abc");
    QTest::newRow("string that ends in an escape") << QByteArray("\"abc\\");
    QTest::newRow("wrong bracket") << QByteArray("[1}");
    QTest::newRow("raw NUL in a string") << QByteArray("\"a\0b\"", 5);
    QTest::newRow("raw newline in a string") << QByteArray("\"a\nb\"");
    QTest::newRow("escaped NUL") << QByteArray(R"("\u0000")");
    QTest::newRow("escaped newline") << QByteArray(R"("a\nb")");
    QTest::newRow("escaped unit separator") << QByteArray(R"("\u001f")");
    QTest::newRow("high surrogate alone") << QByteArray(R"("\ud83d")");
    QTest::newRow("high surrogate, then text") << QByteArray(R"("\ud83dabcdef")");
    QTest::newRow("low surrogate alone") << QByteArray(R"("\ude00")");
    QTest::newRow("two high surrogates") << QByteArray(R"("\ud83d\ud83d")");
    QTest::newRow("surrogates in a name") << QByteArray(R"({"\ud83d":1})");
    QTest::newRow("unknown escape") << QByteArray(R"("\x41")");
    QTest::newRow("short unicode escape") << QByteArray(R"("\u41")");
    QTest::newRow("continuation byte alone") << QByteArray("\"\x80\"");
    QTest::newRow("cut character") << QByteArray("\"\xe2\x82\"");
    QTest::newRow("cut character at the end") << QByteArray("\"\xe2");
    QTest::newRow("overlong slash") << QByteArray("\"\xc0\xaf\"");
    QTest::newRow("overlong three bytes") << QByteArray("\"\xe0\x9f\xbf\"");
    QTest::newRow("overlong four bytes") << QByteArray("\"\xf0\x8f\xbf\xbf\"");
    QTest::newRow("surrogate as UTF-8") << QByteArray("\"\xed\xa0\x80\"");
    QTest::newRow("beyond U+10FFFF") << QByteArray("\"\xf4\x90\x80\x80\"");
    QTest::newRow("leading zero") << QByteArray("[01]");
    QTest::newRow("plus sign") << QByteArray("[+1]");
    QTest::newRow("minus alone") << QByteArray("[-]");
    QTest::newRow("point without digits") << QByteArray("[1.]");
    QTest::newRow("point first") << QByteArray("[.5]");
    QTest::newRow("exponent without digits") << QByteArray("[1e]");
    QTest::newRow("hexadecimal") << QByteArray("[0x10]");
    QTest::newRow("number of 100 digits") << QByteArray(100, '9');
    QTest::newRow("NaN") << QByteArray("[NaN]");
    QTest::newRow("Infinity") << QByteArray("[Infinity]");
    QTest::newRow("True") << QByteArray("[True]");
    QTest::newRow("cut word") << QByteArray("[nul");
}

void TestJsonScanner::refuses()
{
    QFETCH(QByteArray, json);

    const auto result = scanJson(json);

    QVERIFY(!result.ok());
    QCOMPARE(result.problem().code, ProblemCode::MalformedJson);
    QVERIFY(!result.problem().detail.isEmpty());
}

void TestJsonScanner::neverEchoesWhatItRead()
{
    const auto result = scanJson(R"({"password":"hunter2",)");

    QVERIFY(!result.ok());
    QVERIFY(!result.problem().detail.contains(QStringLiteral("hunter2")));
    QVERIFY(!result.problem().internal.contains(QStringLiteral("hunter2")));
}

void TestJsonScanner::takesTimeInProportionToTheLength()
{
    // 1 MiB of different names: a comparison of each with each would take minutes.
    QByteArray json("{");
    for (int i = 0; json.size() < 1'000'000; ++i)
        json += "\"" + QByteArray::number(i) + "\":0,";
    json += "\"last\":0}";
    const std::clock_t begun = std::clock(); // of the processor: the machine may be busy with other things

    QVERIFY(scanJson(json).ok());

    const auto seconds = (std::clock() - begun) / CLOCKS_PER_SEC;
    QVERIFY2(seconds < 5, qPrintable(QString::number(seconds)));
}

void TestJsonScanner::whatItAcceptsQtCanParse()
{
    // Mutations of a good document: whatever passes the scanner must be a document to QJsonDocument too.
    const QByteArray seed = R"({"email":"a@b.c","n":[1,-2.5e3,{"x":null}],"s":"\u0041\ud83d\ude00","t":true})";
    QRandomGenerator random(20261122);
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        QByteArray mutated = seed;
        for (int change = int(random.bounded(3)); change >= 0; --change) {
            const int at = int(random.bounded(int(mutated.size())));
            if (random.bounded(2) == 0)
                mutated[at] = seed[int(random.bounded(int(seed.size())))];
            else
                mutated.remove(at, 1);
        }
        if (!scanJson(mutated).ok())
            continue;
        ++accepted;
        QJsonParseError error;
        QJsonDocument::fromJson("[" + mutated + "]", &error);
        QVERIFY2(error.error == QJsonParseError::NoError, mutated.constData());
    }
    QVERIFY(accepted > 0);
}

AEGIS_TEST(TestJsonScanner)
#include "TestJsonScanner.moc"
