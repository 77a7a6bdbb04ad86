#include "server/limits/LeakyBucket.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace std::chrono_literals;

class TestLeakyBucket : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void letsTheWholeRateComeAtOnce();
    void letsOneMoreComeWhenItSaysSo();
    void countsNothingThatWasRefused();
    void isFullAgainAfterTheWindow();
    void aClockThatWasSetBackHoldsNobodyUpForLonger();
    void theLongRunIsTheRate();
    void neverLetsMoreThanTwiceTheRateIntoOneWindow();

private:
    const Rate m_rate{.calls = 30, .window = 5min};
    const Instant m_now = fromUnixSeconds(1'800'000'000);
};

void TestLeakyBucket::letsTheWholeRateComeAtOnce()
{
    LeakyBucket bucket;
    for (int i = 0; i < 30; ++i) {
        const BucketVerdict verdict = bucket.take(m_rate, m_now);
        QVERIFY(verdict.isAllowed);
        QCOMPARE(verdict.remaining, 29 - i);
        QVERIFY(verdict.resetAfter == 10s * (i + 1));
    }
    const BucketVerdict refused = bucket.take(m_rate, m_now);
    QVERIFY(!refused.isAllowed);
    QCOMPARE(refused.remaining, 0);
    QVERIFY(refused.retryAfter == 10s);
    QVERIFY(refused.resetAfter == 5min);
}

void TestLeakyBucket::letsOneMoreComeWhenItSaysSo()
{
    LeakyBucket bucket;
    for (int i = 0; i < 30; ++i)
        QVERIFY(bucket.take(m_rate, m_now).isAllowed);

    QVERIFY(!bucket.take(m_rate, m_now + 10s - 1us).isAllowed);
    QVERIFY(bucket.take(m_rate, m_now + 10s).isAllowed);
    QVERIFY(!bucket.take(m_rate, m_now + 10s).isAllowed);
}

void TestLeakyBucket::countsNothingThatWasRefused()
{
    LeakyBucket bucket;
    for (int i = 0; i < 1000; ++i)
        bucket.take(m_rate, m_now);

    QVERIFY(bucket.take(m_rate, m_now + 10s).isAllowed);
}

void TestLeakyBucket::isFullAgainAfterTheWindow()
{
    LeakyBucket bucket;
    for (int i = 0; i < 30; ++i)
        bucket.take(m_rate, m_now);
    QVERIFY(!bucket.isSpent(m_now + 5min - 1us));
    QVERIFY(bucket.isSpent(m_now + 5min));

    QCOMPARE(bucket.take(m_rate, m_now + 5min).remaining, 29);
}

void TestLeakyBucket::aClockThatWasSetBackHoldsNobodyUpForLonger()
{
    LeakyBucket bucket;
    for (int i = 0; i < 30; ++i)
        bucket.take(m_rate, m_now + 24h);

    const BucketVerdict refused = bucket.take(m_rate, m_now);

    QVERIFY(!refused.isAllowed);
    QVERIFY(refused.retryAfter == 10s);
}

void TestLeakyBucket::theLongRunIsTheRate()
{
    LeakyBucket bucket;
    int allowed = 0;
    for (int second = 0; second < 3600; ++second)
        allowed += bucket.take(m_rate, m_now + std::chrono::seconds(second)).isAllowed ? 1 : 0;

    QCOMPARE(allowed, 30 + 359); // the burst, and one each ten seconds
}

void TestLeakyBucket::neverLetsMoreThanTwiceTheRateIntoOneWindow()
{
    LeakyBucket bucket;
    int allowed = 0;
    for (auto time = 0s; time < 5min; time += 1s) {
        for (int i = 0; i < 20; ++i)
            allowed += bucket.take(m_rate, m_now + time).isAllowed ? 1 : 0;
    }
    QVERIFY2(allowed <= 60, QByteArray::number(allowed).constData());
}

AEGIS_TEST(TestLeakyBucket)
#include "TestLeakyBucket.moc"
