#include "shared/time/Instant.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestInstant : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesUtcWithMilliseconds();
    void readsWhatRfc3339Allows_data();
    void readsWhatRfc3339Allows();
    void refusesAnythingElse_data();
    void refusesAnythingElse();
};

void TestInstant::writesUtcWithMilliseconds()
{
    QCOMPARE(toRfc3339(fromUnixSeconds(0)), QByteArray("1970-01-01T00:00:00.000Z"));
    QCOMPARE(toRfc3339(Instant(std::chrono::microseconds(1'700'000'000'123'999))), QByteArray("2023-11-14T22:13:20.123Z"));
}

void TestInstant::readsWhatRfc3339Allows_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("utc");
    QTest::newRow("no fraction") << QByteArray("2026-11-22T07:30:00Z") << QByteArray("2026-11-22T07:30:00.000Z");
    QTest::newRow("microseconds") << QByteArray("2026-11-22T07:30:00.123456Z") << QByteArray("2026-11-22T07:30:00.123Z");
    QTest::newRow("offset ahead of UTC") << QByteArray("2026-11-22T09:30:00+02:00") << QByteArray("2026-11-22T07:30:00.000Z");
    QTest::newRow("offset behind UTC") << QByteArray("2026-11-21T23:30:00.5-08:00") << QByteArray("2026-11-22T07:30:00.500Z");
    QTest::newRow("leap day") << QByteArray("2024-02-29T00:00:00Z") << QByteArray("2024-02-29T00:00:00.000Z");
}

void TestInstant::readsWhatRfc3339Allows()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, utc);

    const auto instant = fromRfc3339(text);

    QVERIFY(instant);
    QCOMPARE(toRfc3339(*instant), utc);
}

void TestInstant::refusesAnythingElse_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         {"", "2026-11-22", "2026-11-22T07:30Z", "2026-11-22T07:30:00", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T07:30:00.Z",
          "2026-11-22T07:30:00.1234567Z", "2026-11-22T07:30:00+2:00", "+026-11-22T07:30:00Z", "2026-11-22T07:30:00Zx"})
        QTest::newRow(*text ? text : "nothing") << QByteArray(text);
}

void TestInstant::refusesAnythingElse()
{
    QFETCH(QByteArray, text);

    QVERIFY(!fromRfc3339(text));
}

AEGIS_TEST(TestInstant)
#include "TestInstant.moc"
