#include "server/crypto/Base64.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestBase64 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesAndReads_data();
    void writesAndReads();
    void readsEveryByte();
    void writesWhatQtWrites();
    void refusesAnyForeignByteAnywhere();
    void refuses_data();
    void refuses();
};

void TestBase64::writesAndReads_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("nothing") << QByteArray() << QByteArray();
    QTest::newRow("one byte") << QByteArray("f") << QByteArray("Zg");
    QTest::newRow("two bytes") << QByteArray("fo") << QByteArray("Zm8");
    QTest::newRow("three bytes") << QByteArray("foo") << QByteArray("Zm9v");
    QTest::newRow("four bytes") << QByteArray("foob") << QByteArray("Zm9vYg");
    QTest::newRow("the last two digits") << QByteArray("\xfb\xff\xfe") << QByteArray("-__-");
}

void TestBase64::writesAndReads()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, text);

    QCOMPARE(base64Url(bytes), text);
    QCOMPARE(base64UrlDecode(text), std::optional(bytes));
}

void TestBase64::readsEveryByte()
{
    QByteArray all;
    for (int repeat = 0; repeat < 3; ++repeat) {
        for (int byte = 0; byte < 256; ++byte)
            all.append(static_cast<char>(byte));
        all.append('x');
    }

    for (const Base64Alphabet alphabet : {Base64Alphabet::Standard, Base64Alphabet::Url})
        QCOMPARE(base64Decode(base64Encode(all, alphabet), alphabet), std::optional(all));
}

void TestBase64::writesWhatQtWrites()
{
    QByteArray bytes;
    for (int length = 0; length < 300; ++length) {
        QCOMPARE(base64Url(bytes), bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
        QCOMPARE(base64Encode(bytes, Base64Alphabet::Standard), bytes.toBase64(QByteArray::OmitTrailingEquals));
        QCOMPARE(base64Url(bytes).size(), base64Size(bytes.size()));
        bytes.append(static_cast<char>(length * 89));
    }
}

void TestBase64::refusesAnyForeignByteAnywhere()
{
    for (const QByteArray &text : {QByteArray("AAAAAAAA"), QByteArray("AAAAAAA"), QByteArray("AAAAAA")}) {
        QVERIFY(base64UrlDecode(text));
        for (qsizetype at = 0; at < text.size(); ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                const char c = static_cast<char>(byte);
                const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
                QByteArray changed = text;
                changed[at] = c;
                if (!digit)
                    QVERIFY(!base64UrlDecode(changed));
                else if (at + 1 < text.size())
                    QVERIFY(base64UrlDecode(changed));
            }
        }
    }
}

void TestBase64::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("padding") << QByteArray("Zg==");
    QTest::newRow("one digit alone") << QByteArray("Z");
    QTest::newRow("one digit too many") << QByteArray("Zm9vY");
    QTest::newRow("unused bits after one byte") << QByteArray("Zh");
    QTest::newRow("unused bits after two bytes") << QByteArray("Zm9");
    QTest::newRow("a space") << QByteArray("Zm 9");
    QTest::newRow("a line break") << QByteArray("Zm9v\n");
    QTest::newRow("a NUL") << QByteArray("Zm9\0", 4);
    QTest::newRow("digits of the other alphabet") << QByteArray("+//+");
    QTest::newRow("a byte above ASCII") << QByteArray("Zm9\xe9");
}

void TestBase64::refuses()
{
    QFETCH(QByteArray, text);

    QCOMPARE(base64UrlDecode(text), std::optional<QByteArray>());
}

AEGIS_TEST(TestBase64)
#include "TestBase64.moc"
