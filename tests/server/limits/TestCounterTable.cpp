#include "server/limits/CounterTable.h"
#include "server/limits/LeakyBucket.h"
#include "server/limits/LimitKeys.h"
#include "tests/support/TestMain.h"

#include <thread>

using namespace aegis;
using namespace std::chrono_literals;

namespace {

struct Ranked {
    int count;
    bool isSpent(Instant) const { return count == 0; }
    int rank() const { return count; }
};

} // namespace

/// An attacker with as many addresses as he likes.
class TestCounterTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsCountersApart();
    void aFloodOfAddressesPushesNobodyOut();
    void whoFindsNoPlaceIsCountedAllTheSame();
    void spentCountersGiveTheirPlacesBack();
    void onlyTheLeastYields();
    void countsRightOnManyThreads();
    void knowsNetworks_data();
    void knowsNetworks();

private:
    static CounterPlace place(quint64 number, quint64 region = 7) { return {.region = region, .key = number * 0x9e3779b97f4a7c15ULL}; }

    const Instant m_now = fromUnixSeconds(1'800'000'000);
};

void TestCounterTable::keepsCountersApart()
{
    CounterTable<LeakyBucket> table(4096);
    for (quint64 i = 0; i < 20; ++i)
        table.with(place(i), m_now, [&](LeakyBucket &bucket) { bucket.fullAt = (m_now + 1h).time_since_epoch().count() + static_cast<qint64>(i); });
    for (quint64 i = 0; i < 20; ++i) {
        const qint64 fullAt = table.with(place(i), m_now, [](LeakyBucket &bucket) { return bucket.fullAt; });
        QCOMPARE(fullAt, (m_now + 1h).time_since_epoch().count() + static_cast<qint64>(i));
    }
    QCOMPARE(table.overflows(), quint64(0));
}

void TestCounterTable::aFloodOfAddressesPushesNobodyOut()
{
    const Rate rate{.calls = 3, .window = 1h};
    CounterTable<LeakyBucket> table(4096);
    const auto take = [&](const CounterPlace &who) {
        return table.with(who, m_now, [&](LeakyBucket &bucket) { return bucket.take(rate, m_now).isAllowed; });
    };
    const CounterPlace victim = place(1);
    QVERIFY(take(victim) && take(victim) && take(victim));

    for (quint64 i = 2; i < 200'000; ++i)
        take(place(i));

    QVERIFY(!take(victim));
    QVERIFY(table.overflows() > 0);
    QVERIFY2(take(place(1, 8)), "another neighbourhood has its own part of the table");
}

void TestCounterTable::whoFindsNoPlaceIsCountedAllTheSame()
{
    const Rate rate{.calls = 3, .window = 1h};
    CounterTable<LeakyBucket> table(4096);
    const auto take = [&](const CounterPlace &who) {
        return table.with(who, m_now, [&](LeakyBucket &bucket) { return bucket.take(rate, m_now).isAllowed; });
    };
    for (quint64 i = 0; i < 100'000; ++i)
        take(place(i));

    int allowed = 0;
    for (quint64 i = 500'000; i < 501'000; ++i)
        allowed += take(place(i)) ? 1 : 0;

    QCOMPARE(allowed, 0); // their neighbourhood has used up what newcomers share
}

void TestCounterTable::spentCountersGiveTheirPlacesBack()
{
    const Rate rate{.calls = 3, .window = 1h};
    CounterTable<LeakyBucket> table(4096);
    for (quint64 i = 0; i < 100'000; ++i)
        table.with(place(i), m_now, [&](LeakyBucket &bucket) { bucket.take(rate, m_now); });
    const quint64 before = table.overflows();

    bool allowed = true;
    for (quint64 i = 200'000; i < 200'020; ++i)
        allowed = allowed && table.with(place(i), m_now + 1h, [&](LeakyBucket &bucket) { return bucket.take(rate, m_now + 1h).isAllowed; });

    QVERIFY(allowed);
    QCOMPARE(table.overflows(), before);
}

void TestCounterTable::onlyTheLeastYields()
{
    CounterTable<Ranked> table(1024, 5); // one group a region
    const auto set = [&](quint64 who, int count) { table.with(place(who), m_now, [&](Ranked &value) { value.count = count; }); };
    const auto get = [&](quint64 who) { return table.with(place(who), m_now, [](Ranked &value) { return value.count; }); };
    for (quint64 i = 0; i < 16; ++i)
        set(i, i == 3 ? 1 : i < 8 ? 4 : 5);

    set(100, 2); // takes the place of the third

    for (quint64 i = 0; i < 16; ++i) {
        if (i != 3)
            QCOMPARE(get(i), i < 8 ? 4 : 5);
    }
    QCOMPARE(get(100), 2);
    for (quint64 i = 200; i < 1'000; ++i)
        set(i, 9); // fills all that may yield
    for (quint64 i = 8; i < 16; ++i)
        QCOMPARE(get(i), 5);
    QVERIFY(table.overflows() > 0);
}

void TestCounterTable::countsRightOnManyThreads()
{
    const Rate rate{.calls = 1'000, .window = 1h};
    CounterTable<LeakyBucket> table(4096);
    std::atomic<int> allowed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int call = 0; call < 1'000; ++call)
                allowed += table.with(place(1), m_now, [&](LeakyBucket &bucket) { return bucket.take(rate, m_now).isAllowed; }) ? 1 : 0;
        });
    }
    for (std::thread &thread : threads)
        thread.join();

    QCOMPARE(allowed.load(), 1'000);
}

void TestCounterTable::knowsNetworks_data()
{
    QTest::addColumn<QString>("one");
    QTest::addColumn<QString>("other");
    QTest::addColumn<bool>("same");
    QTest::newRow("the same IPv4") << QStringLiteral("192.0.2.1") << QStringLiteral("192.0.2.1") << true;
    QTest::newRow("two of IPv4") << QStringLiteral("192.0.2.1") << QStringLiteral("192.0.2.2") << false;
    QTest::newRow("IPv4 in IPv6") << QStringLiteral("192.0.2.1") << QStringLiteral("::ffff:192.0.2.1") << true;
    QTest::newRow("one /64") << QStringLiteral("2001:db8:1:2::1") << QStringLiteral("2001:db8:1:2:ffff::9") << true;
    QTest::newRow("the next /64") << QStringLiteral("2001:db8:1:2::1") << QStringLiteral("2001:db8:1:3::1") << false;
}

void TestCounterTable::knowsNetworks()
{
    QFETCH(const QString, one);
    QFETCH(const QString, other);
    QFETCH(const bool, same);

    QCOMPARE(LimitSubject::of(QHostAddress(one)) == LimitSubject::of(QHostAddress(other)), same);
    QCOMPARE(limitNetwork(QHostAddress(one)) == limitNetwork(QHostAddress(other)), same);
}

AEGIS_TEST(TestCounterTable)
#include "TestCounterTable.moc"
