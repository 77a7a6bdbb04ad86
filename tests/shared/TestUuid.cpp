#include "shared/ids/Id.h"
#include "tests/support/TestMain.h"

#include <set>
#include <thread>

using namespace aegis;

class TestUuid : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void version7CarriesItsTime();
    void idsOfOneProcessIncrease();
    void aClockThatWasSetBackIsFollowed();
    void idsFromSeveralThreadsAreUnique();
    void parsesOnlyThePlainForm_data();
    void parsesOnlyThePlainForm();
};

void TestUuid::version7CarriesItsTime()
{
    const Instant future = fromUnixSeconds(4'000'000'000);

    const QUuid uuid = makeUuid7(future);

    QCOMPARE(uuid.data3 >> 12, 7); // QUuid::version() of Qt 6.4 knows none above 5
    QCOMPARE(uuid.variant(), QUuid::DCE);
    QCOMPARE(uuid7Time(uuid), std::optional(future));
    QVERIFY(!uuid7Time(QUuid::createUuid()));
}

void TestUuid::idsOfOneProcessIncrease()
{
    QByteArray last = uuidText(makeUuid7(systemNow()));
    for (int i = 0; i < 20'000; ++i) {
        const QByteArray next = uuidText(makeUuid7(systemNow()));
        QVERIFY2(last < next, (last + " " + next).constData());
        last = next;
    }
}

void TestUuid::aClockThatWasSetBackIsFollowed()
{
    const Instant wrong = fromUnixSeconds(4'100'000'000);
    const QUuid first = makeUuid7(wrong);

    const QUuid slightlyBack = makeUuid7(wrong - std::chrono::seconds(1));
    const QUuid farBack = makeUuid7(wrong - std::chrono::milliseconds(1001));

    QVERIFY2(uuidText(first) < uuidText(slightlyBack), "ids increase over a small step");
    QCOMPARE(uuid7Time(farBack), std::optional(wrong - std::chrono::milliseconds(1001)));
}

void TestUuid::idsFromSeveralThreadsAreUnique()
{
    std::vector<std::vector<QByteArray>> made(4);
    std::vector<std::thread> threads;
    for (auto &ids : made) {
        threads.emplace_back([&ids] {
            for (int i = 0; i < 2000; ++i)
                ids.push_back(uuidText(makeUuid7(systemNow())));
        });
    }
    for (auto &thread : threads)
        thread.join();

    std::set<QByteArray> unique;
    for (const auto &ids : made)
        unique.insert(ids.begin(), ids.end());

    QCOMPARE(unique.size(), std::size_t(8000));
}

void TestUuid::parsesOnlyThePlainForm_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("good");
    QTest::newRow("lower case") << QByteArray("0193a0f0-7c00-7abc-8def-0123456789ab") << true;
    QTest::newRow("upper case") << QByteArray("0193A0F0-7C00-7ABC-8DEF-0123456789AB") << true;
    QTest::newRow("braces") << QByteArray("{0193a0f0-7c00-7abc-8def-0123456789ab}") << false;
    QTest::newRow("no hyphens") << QByteArray("0193a0f07c007abc8def0123456789ab") << false;
    QTest::newRow("a letter too far") << QByteArray("0193a0f0-7c00-7abc-8def-0123456789ag") << false;
    QTest::newRow("hyphen at the wrong place") << QByteArray("0193a0f07-c00-7abc-8def-0123456789ab") << false;
    QTest::newRow("a byte more") << QByteArray("0193a0f0-7c00-7abc-8def-0123456789ab\n") << false;
    QTest::newRow("nothing") << QByteArray() << false;
}

void TestUuid::parsesOnlyThePlainForm()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, good);

    const auto id = UserId::parse(text);

    QCOMPARE(id.has_value(), good);
    if (good)
        QCOMPARE(id->text(), text.toLower());
}

AEGIS_TEST(TestUuid)
#include "TestUuid.moc"
