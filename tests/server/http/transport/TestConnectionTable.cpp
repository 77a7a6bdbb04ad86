#include "server/http/transport/ConnectionTable.h"
#include "tests/support/TestMain.h"

using namespace aegis::http;

class TestConnectionTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesTooManyInAll();
    void refusesTooManyOfOneAddress();
    void countsProxiesInAllOnly();
    void countsTogether_data();
    void countsTogether();
};

static QHostAddress address(const char *text)
{
    return QHostAddress(QString::fromLatin1(text));
}

void TestConnectionTable::refusesTooManyInAll()
{
    const auto table = std::make_shared<ConnectionTable>(2, 2);
    auto first = table->take(address("10.0.0.1"));
    const auto second = table->take(address("10.0.0.2"));

    QVERIFY(!table->take(address("10.0.0.3")));
    QCOMPARE(table->total(), 2);
    first.reset();

    QVERIFY(table->take(address("10.0.0.3")));
}

void TestConnectionTable::refusesTooManyOfOneAddress()
{
    const auto table = std::make_shared<ConnectionTable>(10, 1);
    auto first = table->take(address("10.0.0.1"));

    QVERIFY(first);
    QVERIFY(!table->take(address("10.0.0.1")));
    QVERIFY(table->take(address("10.0.0.2")));
    first.reset();

    QVERIFY(table->take(address("10.0.0.1")));
    QCOMPARE(table->total(), 0);
}

void TestConnectionTable::countsProxiesInAllOnly()
{
    const auto table = std::make_shared<ConnectionTable>(3, 1, [](const QHostAddress &peer) { return peer == address("10.0.0.1"); });
    auto first = table->take(address("10.0.0.1"));
    const auto second = table->take(address("10.0.0.1"));
    const auto other = table->take(address("10.0.0.2"));

    QVERIFY(first && second && other);
    QVERIFY2(!table->take(address("10.0.0.1")), "the limit of all holds for proxies too");
    first.reset();
    QCOMPARE(table->total(), 2);
    QVERIFY2(!table->take(address("10.0.0.2")), "the limit by address holds for others");
    QVERIFY(table->take(address("10.0.0.1")));
}

void TestConnectionTable::countsTogether_data()
{
    QTest::addColumn<QHostAddress>("one");
    QTest::addColumn<QHostAddress>("other");
    QTest::addColumn<bool>("together");

    QTest::newRow("two IPv4 addresses: apart") << address("10.0.0.1") << address("10.0.0.2") << false;
    QTest::newRow("one /64: together") << address("2001:db8:0:1::1") << address("2001:db8:0:1:ffff::2") << true;
    QTest::newRow("two /64s: apart") << address("2001:db8:0:1::1") << address("2001:db8:0:2::1") << false;
    QTest::newRow("IPv4 and the same in IPv6: together") << address("10.0.0.1") << address("::ffff:10.0.0.1") << true;
}

void TestConnectionTable::countsTogether()
{
    QFETCH(QHostAddress, one);
    QFETCH(QHostAddress, other);
    const auto table = std::make_shared<ConnectionTable>(10, 1);
    const auto first = table->take(one);

    QTEST(table->take(other) == nullptr, "together");
}

AEGIS_TEST(TestConnectionTable)
#include "TestConnectionTable.moc"
