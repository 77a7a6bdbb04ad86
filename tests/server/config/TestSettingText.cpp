#include "server/config/SettingText.h"
#include "server/config/Subnet.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::setting_text;

class TestSettingText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsDurations_data();
    void readsDurations();
    void readsRates_data();
    void readsRates();
    void readsSizes_data();
    void readsSizes();
    void readsToggles_data();
    void readsToggles();
    void readsLists_data();
    void readsLists();
    void readsKeys_data();
    void readsKeys();
    void readsOrigins_data();
    void readsOrigins();
    void readsWebAddresses_data();
    void readsWebAddresses();
};

constexpr qint64 refused = -1;

void TestSettingText::readsDurations_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("milliseconds");
    QTest::newRow("milliseconds") << QByteArray("250ms") << qint64(250);
    QTest::newRow("seconds") << QByteArray("10s") << qint64(10'000);
    QTest::newRow("minutes") << QByteArray("15m") << qint64(900'000);
    QTest::newRow("hours") << QByteArray("24h") << qint64(86'400'000);
    QTest::newRow("days") << QByteArray("7d") << qint64(604'800'000);
    QTest::newRow("weeks") << QByteArray("2w") << qint64(1'209'600'000);
    QTest::newRow("a bare number is seconds") << QByteArray("3600") << qint64(3'600'000);
    QTest::newRow("nothing at all takes no time") << QByteArray("0") << qint64(0);
    QTest::newRow("empty") << QByteArray("") << refused;
    QTest::newRow("only a unit") << QByteArray("m") << refused;
    QTest::newRow("unknown unit") << QByteArray("5y") << refused;
    QTest::newRow("upper-case unit") << QByteArray("5M") << refused;
    QTest::newRow("negative") << QByteArray("-5s") << refused;
    QTest::newRow("with a sign") << QByteArray("+5s") << refused;
    QTest::newRow("fraction") << QByteArray("1.5s") << refused;
    QTest::newRow("with a space") << QByteArray("5 s") << refused;
    QTest::newRow("two parts") << QByteArray("1h30m") << refused;
    QTest::newRow("number too large") << QByteArray("99999999999999999999s") << refused;
    QTest::newRow("product too large") << QByteArray("9223372036854775807w") << refused;
}

void TestSettingText::readsDurations()
{
    QFETCH(const QByteArray, text);
    QFETCH(const qint64, milliseconds);

    const auto duration = parseDuration(text);

    QCOMPARE(duration ? qint64(duration->count()) : refused, milliseconds);
}

void TestSettingText::readsRates_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("calls");
    QTest::addColumn<int>("seconds");
    QTest::newRow("in minutes") << QByteArray("30/5m") << 30 << 300;
    QTest::newRow("in an hour") << QByteArray("10/1h") << 10 << 3600;
    QTest::newRow("a bare number is seconds") << QByteArray("1/60") << 1 << 60;
    QTest::newRow("the most") << QByteArray("1000000/1d") << 1'000'000 << 86'400;
    QTest::newRow("none at all") << QByteArray("0/5m") << 0 << 0;
    QTest::newRow("negative") << QByteArray("-3/5m") << 0 << 0;
    QTest::newRow("no time") << QByteArray("30") << 0 << 0;
    QTest::newRow("an empty time") << QByteArray("30/") << 0 << 0;
    QTest::newRow("a time too short") << QByteArray("30/999ms") << 0 << 0;
    QTest::newRow("a time too long") << QByteArray("30/25h") << 0 << 0;
    QTest::newRow("too many") << QByteArray("1000001/1m") << 0 << 0;
    QTest::newRow("off") << QByteArray("off") << 0 << 0;
    QTest::newRow("spaces") << QByteArray("30 / 5m") << 0 << 0;
    QTest::newRow("two slashes") << QByteArray("30/5m/1") << 0 << 0;
}

void TestSettingText::readsRates()
{
    QFETCH(const QByteArray, text);

    const auto rate = parseRate(text);

    QTEST(rate ? rate->calls : 0, "calls");
    QTEST(rate ? static_cast<int>(rate->window.count() / 1000) : 0, "seconds");
}

void TestSettingText::readsSizes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("bytes");
    QTest::newRow("bare bytes") << QByteArray("4096") << qint64(4096);
    QTest::newRow("bytes") << QByteArray("12B") << qint64(12);
    QTest::newRow("binary thousand") << QByteArray("16KiB") << qint64(16'384);
    QTest::newRow("binary million") << QByteArray("1MiB") << qint64(1'048'576);
    QTest::newRow("binary thousand million") << QByteArray("2GiB") << qint64(2'147'483'648);
    QTest::newRow("decimal thousand") << QByteArray("1kB") << qint64(1000);
    QTest::newRow("decimal million") << QByteArray("1MB") << qint64(1'000'000);
    QTest::newRow("empty") << QByteArray("") << refused;
    QTest::newRow("ambiguous unit") << QByteArray("1M") << refused;
    QTest::newRow("negative") << QByteArray("-1") << refused;
    QTest::newRow("hexadecimal") << QByteArray("0x10") << refused;
    QTest::newRow("product too large") << QByteArray("9223372036854775807GiB") << refused;
}

void TestSettingText::readsSizes()
{
    QFETCH(const QByteArray, text);
    QFETCH(const qint64, bytes);

    QCOMPARE(qint64(parseSize(text).value_or(refused)), bytes);
}

void TestSettingText::readsToggles_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("meaning"); // 1 on, 0 off, -1 refused
    QTest::newRow("on") << QByteArray("on") << 1;
    QTest::newRow("true") << QByteArray("TRUE") << 1;
    QTest::newRow("yes") << QByteArray("Yes") << 1;
    QTest::newRow("one") << QByteArray("1") << 1;
    QTest::newRow("off") << QByteArray("off") << 0;
    QTest::newRow("false") << QByteArray("False") << 0;
    QTest::newRow("no") << QByteArray("no") << 0;
    QTest::newRow("zero") << QByteArray("0") << 0;
    QTest::newRow("empty") << QByteArray("") << -1;
    QTest::newRow("a number") << QByteArray("2") << -1;
    QTest::newRow("a word") << QByteArray("enabled") << -1;
}

void TestSettingText::readsToggles()
{
    QFETCH(const QByteArray, text);
    QFETCH(const int, meaning);

    const auto toggle = parseToggle(text);

    QCOMPARE(toggle ? int(*toggle) : -1, meaning);
}

void TestSettingText::readsLists_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QList<QByteArray>>("parts");
    QTest::newRow("one") << QByteArray("a") << QList<QByteArray>{"a"};
    QTest::newRow("several") << QByteArray("a,b,c") << QList<QByteArray>{"a", "b", "c"};
    QTest::newRow("with spaces") << QByteArray(" a , b ") << QList<QByteArray>{"a", "b"};
    QTest::newRow("empty parts are left out") << QByteArray(",a,,b,") << QList<QByteArray>{"a", "b"};
    QTest::newRow("only commas") << QByteArray(",,") << QList<QByteArray>{};
}

void TestSettingText::readsLists()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QList<QByteArray>, parts);

    QCOMPARE(parseList(text), parts);
}

void TestSettingText::readsKeys_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("key"); // empty: refused
    const QByteArray key = QByteArray::fromHex("00112233445566778899aabbccddeeff00112233445566778899aabbccddfbff");
    QTest::newRow("hexadecimal") << key.toHex() << key;
    QTest::newRow("upper-case hexadecimal") << key.toHex().toUpper() << key;
    QTest::newRow("base64") << key.toBase64() << key;
    QTest::newRow("base64url without padding") << key.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals) << key;
    QTest::newRow("as it is") << QByteArray("abcdefghijklmnopqrstuvwxyz012345") << QByteArray("abcdefghijklmnopqrstuvwxyz012345");
    QTest::newRow("31 bytes") << QByteArray("abcdefghijklmnopqrstuvwxyz01234") << QByteArray();
    QTest::newRow("64 characters that are no digits") << QByteArray(64, 'x') << QByteArray();
    QTest::newRow("hexadecimal of another length") << key.left(15).toHex() << QByteArray();
    QTest::newRow("44 characters that are no base64") << QByteArray(44, '!') << QByteArray();
    QTest::newRow("empty") << QByteArray() << QByteArray();
}

void TestSettingText::readsKeys()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, key);

    QCOMPARE(parseKey256(text).value_or(QByteArray()), key);
}

void TestSettingText::readsOrigins_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("origin"); // empty: refused
    QTest::newRow("https") << QByteArray("https://app.example.org") << QByteArray("https://app.example.org");
    QTest::newRow("with a port") << QByteArray("http://localhost:3000") << QByteArray("http://localhost:3000");
    QTest::newRow("in lower case") << QByteArray("HTTPS://App.Example.ORG") << QByteArray("https://app.example.org");
    QTest::newRow("the usual port is left out, as browsers do") << QByteArray("https://a.example:443") << QByteArray("https://a.example");
    QTest::newRow("the other scheme's port stays") << QByteArray("http://a.example:443") << QByteArray("http://a.example:443");
    QTest::newRow("IPv6") << QByteArray("http://[::1]:80") << QByteArray("http://[::1]");
    QTest::newRow("slash at the end") << QByteArray("https://app.example.org/") << QByteArray();
    QTest::newRow("path") << QByteArray("https://app.example.org/app") << QByteArray();
    QTest::newRow("query") << QByteArray("https://app.example.org?x") << QByteArray();
    QTest::newRow("user") << QByteArray("https://me@app.example.org") << QByteArray();
    QTest::newRow("wildcard") << QByteArray("*") << QByteArray();
    QTest::newRow("wildcard host") << QByteArray("https://*.example.org") << QByteArray();
    QTest::newRow("null") << QByteArray("null") << QByteArray();
    QTest::newRow("other scheme") << QByteArray("ftp://example.org") << QByteArray();
    QTest::newRow("no scheme") << QByteArray("app.example.org") << QByteArray();
}

void TestSettingText::readsOrigins()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, origin);

    QCOMPARE(parseOrigin(text).value_or(QByteArray()), origin);
}

void TestSettingText::readsWebAddresses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("address"); // empty: refused
    QTest::newRow("bare") << QByteArray("https://app.example.org") << QStringLiteral("https://app.example.org");
    QTest::newRow("slash at the end") << QByteArray("https://app.example.org/") << QStringLiteral("https://app.example.org");
    QTest::newRow("path") << QByteArray("https://app.example.org/account//") << QStringLiteral("https://app.example.org/account");
    QTest::newRow("port") << QByteArray("http://localhost:3000/x") << QStringLiteral("http://localhost:3000/x");
    QTest::newRow("other scripts") << QByteArray("https://b\xc3\xbc"
                                                 "cher.example/\xc3\xa4")
                                   << QStringLiteral("https://xn--bcher-kva.example/%C3%A4");
    QTest::newRow("query") << QByteArray("https://app.example.org?x=") << QString();
    QTest::newRow("fragment") << QByteArray("https://app.example.org/#/") << QString();
    QTest::newRow("user") << QByteArray("https://me@app.example.org") << QString();
    QTest::newRow("script") << QByteArray("javascript:alert(1)//") << QString();
    QTest::newRow("line break") << QByteArray("https://app.example.org/\r\nx") << QString();
    QTest::newRow("space") << QByteArray("https://app.example.org/a b") << QString();
    QTest::newRow("no host") << QByteArray("https:///x") << QString();
    QTest::newRow("no scheme") << QByteArray("app.example.org") << QString();
}

void TestSettingText::readsWebAddresses()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, address);

    QCOMPARE(parseWebAddress(text).value_or(QString()), address);
}

AEGIS_TEST(TestSettingText)
#include "TestSettingText.moc"
