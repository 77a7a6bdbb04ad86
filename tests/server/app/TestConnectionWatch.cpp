#include "server/app/ConnectionWatch.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestConnectionWatch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatWasRefusedSinceTheLastLook();
    void givesMemoryBackWhenManyHaveGone_data();
    void givesMemoryBackWhenManyHaveGone();
    void givesMemoryBackOnceForEachCrowd();
};

void TestConnectionWatch::tellsWhatWasRefusedSinceTheLastLook()
{
    ConnectionWatch watch;

    QCOMPARE(watch.look({.connections = 1, .refused = 5, .endedForOthers = 0}).refused, quint64(5));
    const ConnectionWatch::Verdict second = watch.look({.connections = 1, .refused = 7, .endedForOthers = 3});
    const ConnectionWatch::Verdict third = watch.look({.connections = 1, .refused = 7, .endedForOthers = 3});

    QCOMPARE(second.refused, quint64(2));
    QCOMPARE(second.endedForOthers, quint64(3));
    QCOMPARE(third.refused + third.endedForOthers, quint64(0));
}

void TestConnectionWatch::givesMemoryBackWhenManyHaveGone_data()
{
    QTest::addColumn<QList<int>>("connections");
    QTest::addColumn<bool>("gives");

    QTest::newRow("all have gone") << QList<int>{1000, 0, 0} << true;
    QTest::newRow("half have gone, and others come") << QList<int>{1000, 400, 450} << true;
    QTest::newRow("they are still going") << QList<int>{1000, 500, 400} << false;
    QTest::newRow("fewer than half have gone") << QList<int>{1000, 600, 600} << false;
    QTest::newRow("there were never many") << QList<int>{100, 0, 0} << false;
    QTest::newRow("they come") << QList<int>{0, 500, 1000} << false;
}

void TestConnectionWatch::givesMemoryBackWhenManyHaveGone()
{
    QFETCH(QList<int>, connections);
    ConnectionWatch watch;

    ConnectionWatch::Verdict verdict;
    for (const int open : connections)
        verdict = watch.look({.connections = open});

    QTEST(verdict.giveMemoryBack, "gives");
}

void TestConnectionWatch::givesMemoryBackOnceForEachCrowd()
{
    ConnectionWatch watch;
    int given = 0;
    for (const int open : {1000, 0, 0, 0, 100, 0, 0, 300, 0, 0, 0})
        given += watch.look({.connections = open}).giveMemoryBack ? 1 : 0;

    QCOMPARE(given, 2);
}

AEGIS_TEST(TestConnectionWatch)
#include "TestConnectionWatch.moc"
