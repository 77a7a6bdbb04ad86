#include "shared/text/EmailAddress.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestEmailAddress : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bringsSpellingsToOneForm_data();
    void bringsSpellingsToOneForm();
    void refuses_data();
    void refuses();
};

void TestEmailAddress::bringsSpellingsToOneForm_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("form");
    QTest::newRow("plain") << QStringLiteral("ada@example.com") << QStringLiteral("ada@example.com");
    QTest::newRow("upper case") << QStringLiteral("Ada.Lovelace@Example.COM") << QStringLiteral("ada.lovelace@example.com");
    QTest::newRow("tag") << QStringLiteral("ada+work@example.com") << QStringLiteral("ada+work@example.com");
    QTest::newRow("no dot in the domain") << QStringLiteral("ada@localhost") << QStringLiteral("ada@localhost");
    QTest::newRow("composed and decomposed are one") << QStringLiteral(u"zoe\u0308@example.com") << QStringLiteral(u"zo\u00eb@example.com");
    QTest::newRow("international domain") << QStringLiteral(u"ada@B\u00fccher.example") << QStringLiteral("ada@xn--bcher-kva.example");
    QTest::newRow("international domain in ASCII") << QStringLiteral("ada@XN--BCHER-kva.example") << QStringLiteral("ada@xn--bcher-kva.example");
    QTest::newRow("domain that begins with a digit") << QStringLiteral("ada@1and1.com") << QStringLiteral("ada@1and1.com");
    QTest::newRow("numbers in the domain, none at its end") << QStringLiteral("ada@0x7f.1.com") << QStringLiteral("ada@0x7f.1.com");
    QTest::newRow("marks") << QStringLiteral(u"\u0e2a\u0e21\u0e35@example.com") << QStringLiteral(u"\u0e2a\u0e21\u0e35@example.com");
    QTest::newRow("another script") << QStringLiteral(u"\u7528\u6237@example.com") << QStringLiteral(u"\u7528\u6237@example.com");
    QTest::newRow("64 before the @") << QString(64, u'a') + QStringLiteral("@example.com") << QString(64, u'a') + QStringLiteral("@example.com");
}

void TestEmailAddress::bringsSpellingsToOneForm()
{
    QFETCH(QString, text);
    QFETCH(QString, form);

    const auto address = EmailAddress::parse(text);

    QVERIFY(address);
    QCOMPARE(address->text(), form);
    QCOMPARE(address->localPart() + u'@' + address->domain(), form);
}

void TestEmailAddress::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("no @") << QStringLiteral("ada.example.com");
    QTest::newRow("no local part") << QStringLiteral("@example.com");
    QTest::newRow("no domain") << QStringLiteral("ada@");
    QTest::newRow("two @") << QStringLiteral("ada@work@example.com");
    QTest::newRow("space around") << QStringLiteral(" ada@example.com");
    QTest::newRow("space inside") << QStringLiteral("ada lovelace@example.com");
    QTest::newRow("quoted") << QStringLiteral("\"ada\"@example.com");
    QTest::newRow("dot at the start") << QStringLiteral(".ada@example.com");
    QTest::newRow("two dots") << QStringLiteral("ada..l@example.com");
    QTest::newRow("address literal") << QStringLiteral("ada@[127.0.0.1]");
    QTest::newRow("hyphen at a label's end") << QStringLiteral("ada@example-.com");
    QTest::newRow("empty label") << QStringLiteral("ada@example..com");
    QTest::newRow("underscore in the domain") << QStringLiteral("ada@exa_mple.com");
    QTest::newRow("65 before the @") << QString(65, u'a') + QStringLiteral("@example.com");
    QTest::newRow("255 in all") << QStringLiteral("a@") + QString(253, u'b');
    QTest::newRow("NUL") << QStringLiteral("ada") + QChar(u'\0') + QStringLiteral("@example.com");
    QTest::newRow("line break") << QStringLiteral("ada@example.com\r\nBcc: x");
    QTest::newRow("zero width space") << QStringLiteral(u"a\u200bda@example.com");
    QTest::newRow("right-to-left override") << QStringLiteral(u"a\u202eda@example.com");
    QTest::newRow("variation selector") << QStringLiteral(u"a\ufe0fda@example.com");
    QTest::newRow("Hangul filler") << QStringLiteral(u"a\u3164da@example.com");
    QTest::newRow("grapheme joiner") << QStringLiteral(u"a\u034fda@example.com");
    QTest::newRow("full width") << QStringLiteral(u"\uff41dmin@example.com");
    QTest::newRow("ligature") << QStringLiteral(u"\ufb01@example.com");
    QTest::newRow("long s") << QStringLiteral(u"\u017fue@example.com");
    QTest::newRow("mark at the start") << QStringLiteral(u"\u0301da@example.com");
    QTest::newRow("IPv4 address") << QStringLiteral("ada@127.0.0.1");
    QTest::newRow("IPv4 address in hex") << QStringLiteral("ada@0x7f.1");
    QTest::newRow("IPv4 address in one hex number") << QStringLiteral("ada@0x7f000001");
    QTest::newRow("IPv4 address that ends in nothing") << QStringLiteral("ada@127.0x");
    QTest::newRow("number in full width") << QStringLiteral(u"ada@example.\uff11");
    QTest::newRow("no valid punycode") << QStringLiteral("ada@xn--a");
    QTest::newRow("no valid punycode inside") << QStringLiteral("ada@www.xn--a.com");
    QTest::newRow("punycode of ASCII") << QStringLiteral("ada@xn--abc-.com");
    QTest::newRow("punycode of what is another letter") << QStringLiteral("ada@xn--dmin-zg0y.example");
    QTest::newRow("lone surrogate") << QStringLiteral("a") + QChar(0xd800) + QStringLiteral("@example.com");
    QTest::newRow("a megabyte") << QString(1 << 20, u'a') + QStringLiteral("@example.com");
}

void TestEmailAddress::refuses()
{
    QFETCH(QString, text);

    QVERIFY(!EmailAddress::parse(text));
}

AEGIS_TEST(TestEmailAddress)
#include "TestEmailAddress.moc"
