#include "server/config/Subnet.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestSubnet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsSubnets_data();
    void readsSubnets();
    void knowsWhatLiesInside_data();
    void knowsWhatLiesInside();
};

void TestSubnet::readsSubnets_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("subnet"); // empty: refused
    QTest::newRow("IPv4") << QByteArray("10.0.0.0/8") << QByteArray("10.0.0.0/8");
    QTest::newRow("IPv4 address") << QByteArray("192.168.1.7") << QByteArray("192.168.1.7/32");
    QTest::newRow("all of IPv4") << QByteArray("0.0.0.0/0") << QByteArray("0.0.0.0/0");
    QTest::newRow("IPv6") << QByteArray("fd00::/8") << QByteArray("fd00::/8");
    QTest::newRow("IPv6 address") << QByteArray("::1") << QByteArray("::1/128");
    QTest::newRow("bits behind the prefix") << QByteArray("10.0.0.1/8") << QByteArray();
    QTest::newRow("bits behind the IPv6 prefix") << QByteArray("fd00::1/8") << QByteArray();
    QTest::newRow("prefix too long") << QByteArray("10.0.0.0/33") << QByteArray();
    QTest::newRow("prefix too long for IPv6") << QByteArray("::/129") << QByteArray();
    QTest::newRow("no prefix behind the slash") << QByteArray("10.0.0.0/") << QByteArray();
    QTest::newRow("mask") << QByteArray("10.0.0.0/255.0.0.0") << QByteArray();
    QTest::newRow("short form") << QByteArray("10/8") << QByteArray();
    QTest::newRow("name") << QByteArray("localhost") << QByteArray();
    QTest::newRow("scope") << QByteArray("fe80::1%eth0") << QByteArray();
    QTest::newRow("empty") << QByteArray() << QByteArray();
}

void TestSubnet::readsSubnets()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, subnet);

    const auto read = Subnet::parse(text);

    QCOMPARE(read ? read->text() : QByteArray(), subnet);
}

void TestSubnet::knowsWhatLiesInside_data()
{
    QTest::addColumn<QByteArray>("subnet");
    QTest::addColumn<QString>("address");
    QTest::addColumn<bool>("isInside");
    QTest::newRow("inside") << QByteArray("10.0.0.0/8") << QStringLiteral("10.255.0.1") << true;
    QTest::newRow("outside") << QByteArray("10.0.0.0/8") << QStringLiteral("11.0.0.1") << false;
    QTest::newRow("IPv4 that came as IPv6") << QByteArray("10.0.0.0/8") << QStringLiteral("::ffff:10.1.2.3") << true;
    QTest::newRow("other kind") << QByteArray("0.0.0.0/0") << QStringLiteral("2001:db8::1") << false;
    QTest::newRow("IPv6 inside") << QByteArray("2001:db8::/33") << QStringLiteral("2001:db8:7fff::1") << true;
    QTest::newRow("IPv6 outside") << QByteArray("2001:db8::/33") << QStringLiteral("2001:db8:8000::1") << false;
    QTest::newRow("with a scope") << QByteArray("fe80::/10") << QStringLiteral("fe80::1%1") << true;
    QTest::newRow("IPv6 loopback is not all of IPv4") << QByteArray("0.0.0.0/0") << QStringLiteral("::1") << false;
    QTest::newRow("single address") << QByteArray("::1") << QStringLiteral("::2") << false;
    QTest::newRow("no address") << QByteArray("0.0.0.0/0") << QString() << false;
}

void TestSubnet::knowsWhatLiesInside()
{
    QFETCH(const QByteArray, subnet);
    QFETCH(const QString, address);
    QFETCH(const bool, isInside);

    QCOMPARE(Subnet::parse(subnet).value().contains(QHostAddress(address)), isInside);
}

AEGIS_TEST(TestSubnet)
#include "TestSubnet.moc"
