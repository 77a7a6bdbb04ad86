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
    void countsTheNetworksOfASite();
    void keepsPlacesForThisMachineAndProxies_data();
    void keepsPlacesForThisMachineAndProxies();
    void keepsNoMorePlacesThanAreMissing();
    void tellsAFullTableFromAnAddressWithTooMany();
};

static QHostAddress address(const char *text)
{
    return QHostAddress(QString::fromLatin1(text));
}

/// 10.9.9.9 is a proxy.
static std::shared_ptr<ConnectionTable> tableOf(int connections, int connectionsPerAddress)
{
    return std::make_shared<ConnectionTable>(
        ConnectionTable::Options{.connections = connections, .connectionsPerAddress = connectionsPerAddress, .isProxy = [](const QHostAddress &peer) {
                                     return peer == address("10.9.9.9");
                                 }});
}

void TestConnectionTable::refusesTooManyInAll()
{
    const auto table = tableOf(2, 2);
    auto first = table->take(address("10.0.0.1"));
    const auto second = table->take(address("10.0.0.2"));

    QVERIFY(!table->take(address("10.0.0.3")));
    QCOMPARE(table->total(), 2);
    first.reset();

    QVERIFY(table->take(address("10.0.0.3")));
}

void TestConnectionTable::refusesTooManyOfOneAddress()
{
    const auto table = tableOf(10, 1);
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
    const auto table = tableOf(3, 1);
    auto first = table->take(address("10.9.9.9"));
    const auto second = table->take(address("10.9.9.9"));
    const auto other = table->take(address("10.0.0.2"));

    QVERIFY(first && second && other);
    QVERIFY2(!table->take(address("10.9.9.9")), "the limit of all holds for proxies too");
    first.reset();
    QCOMPARE(table->total(), 2);
    QVERIFY2(!table->take(address("10.0.0.2")), "the limit by address holds for others");
    QVERIFY(table->take(address("10.9.9.9")));
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
    const auto table = tableOf(10, 1);
    const auto first = table->take(one);

    QTEST(table->take(other) == nullptr, "together");
}

void TestConnectionTable::countsTheNetworksOfASite()
{
    const auto table = tableOf(100, 2);
    std::vector<std::shared_ptr<ConnectionTable::Place>> places;
    for (const char *network : {"2001:db8:7:1::1", "2001:db8:7:2::1", "2001:db8:7:3::1", "2001:db8:7:4::1"}) {
        places.push_back(table->take(address(network)));
        places.push_back(table->take(address(network)));
        QVERIFY(places.back());
    }

    QVERIFY2(!table->take(address("2001:db8:7:5::1")), "the /48 has four times what an address may have");
    QVERIFY(table->take(address("2001:db8:8:1::1")));
    places.pop_back();

    QVERIFY(table->take(address("2001:db8:7:5::1")));
    QCOMPARE(table->total(), 7);
}

void TestConnectionTable::keepsPlacesForThisMachineAndProxies_data()
{
    QTest::addColumn<QHostAddress>("who");
    QTest::addColumn<bool>("finds");

    QTest::newRow("this machine") << address("127.0.0.1") << true;
    QTest::newRow("this machine by IPv6") << address("::1") << true;
    QTest::newRow("a proxy") << address("10.9.9.9") << true;
    QTest::newRow("somebody else") << address("10.0.0.99") << false;
}

void TestConnectionTable::keepsPlacesForThisMachineAndProxies()
{
    QFETCH(QHostAddress, who);
    QFETCH(bool, finds);
    const auto table = tableOf(8, 8);
    std::vector<std::shared_ptr<ConnectionTable::Place>> places;
    while (auto place = table->take(address("10.0.0.1")))
        places.push_back(std::move(place));
    QCOMPARE(places.size(), std::size_t(6));

    const auto first = table->take(who);
    const auto second = table->take(who);

    QCOMPARE(first && second, finds);
    QVERIFY(!finds || (first->isPreferred() && second->isPreferred()));
    QVERIFY(!places.front()->isPreferred());
    QVERIFY2(!table->take(who), "the limit of all holds for them, too");
}

void TestConnectionTable::keepsNoMorePlacesThanAreMissing()
{
    const auto table = tableOf(4, 4);
    const auto own = table->take(address("127.0.0.1"));
    const auto first = table->take(address("10.0.0.1"));
    const auto second = table->take(address("10.0.0.1"));
    const auto third = table->take(address("10.0.0.1"));

    QVERIFY2(third, "the one place that is kept is taken");
    QVERIFY(!table->take(address("10.0.0.1")));
}

void TestConnectionTable::tellsAFullTableFromAnAddressWithTooMany()
{
    const auto table = tableOf(3, 2);
    const auto first = table->take(address("10.0.0.1"));
    QVERIFY(!table->isFullFor(address("10.0.0.1")));
    const auto second = table->take(address("10.0.0.1"));
    QVERIFY2(!table->isFullFor(address("10.0.0.1")), "it has too many, whoever leaves");
    const auto third = table->take(address("10.0.0.2"));

    QVERIFY(!table->isFullFor(address("10.0.0.1")));
    QVERIFY(table->isFullFor(address("10.0.0.2")));
    QVERIFY(table->isFullFor(address("10.9.9.9")));
}

AEGIS_TEST(TestConnectionTable)
#include "TestConnectionTable.moc"
