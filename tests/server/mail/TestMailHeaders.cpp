#include "server/mail/MailAddress.h"
#include "server/mail/MailHeaderText.h"
#include "server/mail/QuotedPrintable.h"
#include "tests/support/TestMain.h"

#include <algorithm>

using namespace aegis;

class TestMailHeaders : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endsNoLineThatItDoesNotFold_data();
    void endsNoLineThatItDoesNotFold();
    void keepsShortAsciiAsItIs();
    void dividesNoCharacterBetweenWords();
    void readsAddresses_data();
    void readsAddresses();
    void refusesAddresses_data();
    void refusesAddresses();
    void writesAddresses();
    void encodesText_data();
    void encodesText();
    void survivesDecoding();
};

void TestMailHeaders::endsNoLineThatItDoesNotFold_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("CR LF and a field") << QStringLiteral("Hello\r\nBcc: everybody@example.com");
    QTest::newRow("LF") << QStringLiteral("Hello\nBcc: everybody@example.com");
    QTest::newRow("CR") << QStringLiteral("Hello\rBcc: everybody@example.com");
    QTest::newRow("CR LF in an encoded word") << QStringLiteral("=?UTF-8?Q?=0D=0ABcc:_everybody=40example.com?=");
    QTest::newRow("a body") << QStringLiteral("\r\n\r\nbody");
    QTest::newRow("NUL") << QString(QStringLiteral("a") + QChar(0) + QStringLiteral("b"));
    QTest::newRow("line separator") << QString(QStringLiteral("a") + QChar(0x2028) + QStringLiteral("Bcc: b"));
    QTest::newRow("next line") << QString(QStringLiteral("a") + QChar(0x85) + QStringLiteral("Bcc: b"));
    QTest::newRow("long and of all kinds") << QStringLiteral("Ünïcödé \r\n ").repeated(30);
    QTest::newRow("long ASCII") << QStringLiteral("word ").repeated(200);
}

void TestMailHeaders::endsNoLineThatItDoesNotFold()
{
    QFETCH(const QString, text);

    for (const QByteArray &field : {mailHeaderText(text), mailHeaderPhrase(text)}) {
        QByteArray unfolded = field;
        unfolded.replace("\r\n ", "");
        QVERIFY2(std::none_of(unfolded.begin(), unfolded.end(), [](char c) { return c < 0x20 || c >= 0x7f; }), field.constData());
        for (const QByteArray &line : field.split('\n'))
            QVERIFY(line.size() <= 78);
        QVERIFY2(!field.contains("=0D"), field.constData()); // nor is there one when it is decoded
    }
}

void TestMailHeaders::keepsShortAsciiAsItIs()
{
    QCOMPARE(mailHeaderText(QStringLiteral("Choose a new password")), QByteArray("Choose a new password"));
    QCOMPARE(mailHeaderPhrase(QStringLiteral("Ada \"the \\ first\" Lovelace")), QByteArray(R"("Ada \"the \\ first\" Lovelace")"));
    QCOMPARE(mailHeaderText(QStringLiteral("Grüße")), QByteArray("=?UTF-8?B?R3LDvMOfZQ==?="));
}

void TestMailHeaders::dividesNoCharacterBetweenWords()
{
    const QString text = QStringLiteral("请确认您的电子邮件地址😀").repeated(9);

    QByteArray decoded;
    for (QByteArray word : mailHeaderText(text).split('\n')) {
        word = word.trimmed();
        QVERIFY(word.size() <= 75 && word.startsWith("=?UTF-8?B?") && word.endsWith("?="));
        const QByteArray bytes = QByteArray::fromBase64(word.sliced(10).chopped(2));
        QVERIFY(QByteArrayView(bytes).isValidUtf8());
        decoded += bytes;
    }
    QCOMPARE(QString::fromUtf8(decoded), text);
}

void TestMailHeaders::readsAddresses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("address");
    QTest::newRow("bare") << QStringLiteral("accounts@example.com") << QString() << QStringLiteral("accounts@example.com");
    QTest::newRow("named") << QStringLiteral("Aegis <aegis@localhost>") << QStringLiteral("Aegis") << QStringLiteral("aegis@localhost");
    QTest::newRow("quoted") << QStringLiteral("\"Ada, Countess\" <ada@example.com>") << QStringLiteral("Ada, Countess")
                            << QStringLiteral("ada@example.com");
    QTest::newRow("other scripts") << QStringLiteral("分析引擎 <用户@例え.jp>") << QStringLiteral("分析引擎")
                                   << QStringLiteral("用户@xn--r8jz45g.jp");
}

void TestMailHeaders::readsAddresses()
{
    QFETCH(const QString, text);
    QFETCH(const QString, name);
    QFETCH(const QString, address);

    const auto read = MailAddress::parse(text);

    QVERIFY(read);
    QCOMPARE(read->name, name);
    QCOMPARE(read->address.text(), address);
}

void TestMailHeaders::refusesAddresses_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "nobody", "<>", "Ada <ada@example.com> x", "Ada <ada@example.com", "a@example.com, b@example.com",
                             "Ada\r\nBcc: b@example.com <ada@example.com>", "Ada <ada@example.com\r\nBcc: b@example.com>", "<ada@example.com>",
                             "Ada\t<ada @example.com>"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestMailHeaders::refusesAddresses()
{
    QFETCH(const QString, text);

    QVERIFY(!MailAddress::parse(text));
}

void TestMailHeaders::writesAddresses()
{
    QCOMPARE(MailAddress::parse(u"Ada <ada@example.com>")->headerText(), QByteArray("\"Ada\" <ada@example.com>"));
    QCOMPARE(MailAddress::parse(u"ada@example.com")->headerText(), QByteArray("ada@example.com"));
    QCOMPARE(MailAddress::parse(u"用户@example.com")->headerText(), QByteArray("用户@example.com")); // RFC 6532: an address is not encoded
    QCOMPARE(MailAddress::parse(u"Zoë <zoe@example.com>")->headerText(), QByteArray("=?UTF-8?B?Wm/Dqw==?= <zoe@example.com>"));
}

void TestMailHeaders::encodesText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("encoded");
    QTest::newRow("plain") << QByteArray("Hello") << QByteArray("Hello\r\n");
    QTest::newRow("equals sign") << QByteArray("a=b") << QByteArray("a=3Db\r\n");
    QTest::newRow("UTF-8") << QByteArray("ü") << QByteArray("=C3=BC\r\n");
    QTest::newRow("space at the end") << QByteArray("-- \nx") << QByteArray("=2D-=20\r\nx\r\n");
    QTest::newRow("a dot alone") << QByteArray(".\n") << QByteArray("=2E\r\n\r\n");
    QTest::newRow("carriage return") << QByteArray("a\rb") << QByteArray("a=0Db\r\n");
    QTest::newRow("NUL") << QByteArray("a\0b", 3) << QByteArray("a=00b\r\n");
}

void TestMailHeaders::encodesText()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, encoded);

    QCOMPARE(quotedPrintable(text), encoded);
}

void TestMailHeaders::survivesDecoding()
{
    QByteArray text;
    for (int i = 0; i < 4000; ++i) {
        char c = static_cast<char>(i * 7919 % 256);
        text += c == '\n' && i % 3 != 0 ? '.' : c;
    }
    text += "\n.\n..\n--boundary\n" + QByteArray(300, '.') + '\n' + QByteArray(300, ' ') + '\n' + QByteArray(300, '=') + "\nFrom x";

    const QByteArray encoded = quotedPrintable(text);

    for (QByteArray line : encoded.split('\n')) {
        if (line.endsWith('\r'))
            line.chop(1);
        QVERIFY2(line.size() <= 76, line.constData());
        QVERIFY2(!line.startsWith('.') && !line.startsWith("--") && !line.endsWith(' '), line.constData());
        QVERIFY2(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; }), line.constData());
        QVERIFY2(!line.contains("=_"), line.constData()); // which the boundary has
    }
    QByteArray decoded = encoded;
    decoded.replace("=\r\n", "").replace("\r\n", "\n");
    QCOMPARE(QByteArray::fromPercentEncoding(decoded, '='), text + '\n');
}

AEGIS_TEST(TestMailHeaders)
#include "TestMailHeaders.moc"
