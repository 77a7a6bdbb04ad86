#include "server/limits/LoginCounters.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

using Refusal = LoginAdmission::Refusal;

class TestLoginCounters : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pausesLongerWithEachFailure();
    void forgetsAfterASuccess();
    void forgetsAfterHalfADay();
    void givesBackWhatWasNotJudged();
    void letsNoMoreThroughThanMayFailHoweverManyComeAtOnce();
    void delaysAnAccountOverAllAddresses();
    void letsWhoIsAtHomeThrough();
    void locksAnAccountOverAllAddresses();
    void aClockThatWasSetBackHoldsNobodyUpForLonger();
    void tellsManyAddressesOnceAWindow();
    void tellsManyAccountsOnceAWindow();
    void aFloodOfAddressesResetsNoPause();
    void aFloodOfInventedAccountsLocksNoStranger();
    void aSuccessForgivesNobodyElse();

private:
    LoginSubjects who(const QByteArray &email, const QByteArray &address = "192.0.2.1") const
    {
        const LimitSubject client = LimitSubject::of(QHostAddress(QString::fromLatin1(address)));
        LimitSubject pair = m_keys.hashed("pair", email + address);
        pair.neighbourhood = client.neighbourhood;
        return {.account = m_keys.hashed("account", email), .pair = pair, .address = client};
    }
    /// One network fails with so many e-mail addresses as often as it may.
    void flood(LoginCounters &counters, int accounts) const
    {
        for (int i = 0; i < accounts; ++i) {
            const LoginSubjects invented = who(QByteArray::number(i) + "@example.net", "192.0.2.77");
            while (counters.begin(invented, true, m_now).refusal == Refusal::None)
                ;
        }
    }
    static QByteArray addressOf(int number) { return "198.51." + QByteArray::number(number / 200) + '.' + QByteArray::number(number % 200 + 1); }
    void failTimes(LoginCounters &counters, const LoginSubjects &subjects, int times, Instant now) const
    {
        for (int i = 0; i < times; ++i)
            QVERIFY(counters.begin(subjects, true, now).refusal == Refusal::None);
    }

    const LimitKeys m_keys{Secret("0123456789abcdef0123456789abcdef")};
    const Instant m_now = fromUnixSeconds(1'800'000'000);
};

void TestLoginCounters::pausesLongerWithEachFailure()
{
    LoginCounters counters(m_keys, {}, 65'536);
    const LoginSubjects ada = who("ada@example.com");
    failTimes(counters, ada, 10, m_now);
    Instant now = m_now;

    for (const auto pause : {1min, 2min, 4min, 8min, 15min, 15min, 15min}) {
        const LoginAdmission refused = counters.begin(ada, true, now);
        QVERIFY(refused.refusal == Refusal::Pair);
        QVERIFY2(refused.wait == pause, QByteArray::number(qint64(refused.wait.count())).constData());
        QVERIFY(counters.begin(ada, true, now + pause - 1ms).refusal == Refusal::Pair);
        now += pause;
        QVERIFY(counters.begin(ada, true, now).refusal == Refusal::None);
    }
    QVERIFY(counters.begin(who("ada@example.com", "192.0.2.2"), true, now).refusal == Refusal::None); // the pause is of the pair
    QVERIFY(counters.begin(who("bob@example.com"), true, now).refusal == Refusal::None);
}

void TestLoginCounters::forgetsAfterASuccess()
{
    LoginCounters counters(m_keys, {}, 65'536);
    const LoginSubjects ada = who("ada@example.com");
    failTimes(counters, ada, 9, m_now);
    counters.succeed(ada, m_now);

    failTimes(counters, ada, 10, m_now);
    QVERIFY(counters.begin(ada, true, m_now).refusal == Refusal::Pair);
}

void TestLoginCounters::forgetsAfterHalfADay()
{
    LoginCounters counters(m_keys, {}, 65'536);
    const LoginSubjects ada = who("ada@example.com");
    failTimes(counters, ada, 10, m_now);
    QVERIFY(counters.begin(ada, true, m_now + 1min).refusal == Refusal::None);
    QVERIFY(counters.begin(ada, true, m_now + 1min + 1s).refusal == Refusal::Pair);

    failTimes(counters, ada, 10, m_now + 1min + 12h);
    QVERIFY(counters.begin(ada, true, m_now + 1min + 12h).refusal == Refusal::Pair);
}

void TestLoginCounters::givesBackWhatWasNotJudged()
{
    LoginCounters counters(m_keys, {}, 65'536);
    const LoginSubjects ada = who("ada@example.com");
    failTimes(counters, ada, 10, m_now);
    QVERIFY(counters.begin(ada, true, m_now).refusal == Refusal::Pair);

    counters.release(ada, m_now);

    QCOMPARE(counters.begin(ada, true, m_now).pairFailures, 10);
    QVERIFY(counters.begin(ada, true, m_now).refusal == Refusal::Pair);
}

void TestLoginCounters::letsNoMoreThroughThanMayFailHoweverManyComeAtOnce()
{
    LoginCounters counters(m_keys, {}, 65'536);
    const LoginSubjects ada = who("ada@example.com");

    const auto admissions = together(200, [&](int) { return counters.begin(ada, true, m_now); });

    QCOMPARE(std::count_if(admissions.begin(), admissions.end(), [](const auto &each) { return each.refusal == Refusal::None; }), 10);
}

void TestLoginCounters::delaysAnAccountOverAllAddresses()
{
    LoginCounters counters(m_keys, {}, 65'536);
    for (int i = 0; i < 30; ++i)
        failTimes(counters, who("ada@example.com", addressOf(i)), 1, m_now);
    Instant now = m_now;

    int address = 30;
    for (const auto delay : {1s, 2s, 3s, 4s, 5s, 6s, 7s, 8s, 9s, 10s, 10s, 10s}) {
        const LoginSubjects fresh = who("ada@example.com", addressOf(address++));
        const LoginAdmission refused = counters.begin(fresh, true, now);
        QVERIFY(refused.refusal == Refusal::Account);
        QVERIFY(refused.wait == delay);
        now += delay;
        QVERIFY(counters.begin(fresh, true, now).refusal == Refusal::None);
    }
    QVERIFY(counters.begin(who("bob@example.com"), true, now).refusal == Refusal::None);
    counters.forgetAccount(who("ada@example.com").account, now);
    QVERIFY(counters.begin(who("ada@example.com", addressOf(99)), true, now).refusal == Refusal::None);
}

void TestLoginCounters::letsWhoIsAtHomeThrough()
{
    LoginCounters counters(m_keys, {}, 65'536);
    for (int i = 0; i < 40; ++i)
        counters.begin(who("ada@example.com", addressOf(i)), false, m_now);
    const LoginSubjects home = who("ada@example.com", "203.0.113.7");

    QVERIFY(counters.begin(home, true, m_now).refusal == Refusal::Account);
    for (int i = 0; i < 10; ++i)
        QVERIFY(counters.begin(home, false, m_now).refusal == Refusal::None);
    QVERIFY2(counters.begin(home, false, m_now).refusal == Refusal::Pair, "being at home lifts no pause");
}

void TestLoginCounters::locksAnAccountOverAllAddresses()
{
    LoginRules rules;
    rules.strict = true;
    LoginCounters counters(m_keys, rules, 65'536);
    for (int i = 0; i < 30; ++i)
        QCOMPARE(counters.begin(who("ada@example.com", addressOf(i)), true, m_now).accountFailures, i + 1);
    const LoginSubjects home = who("ada@example.com", "203.0.113.7");

    const LoginAdmission refused = counters.begin(home, false, m_now);
    QVERIFY(refused.refusal == Refusal::Account);
    QVERIFY(refused.wait == 15min);
    QVERIFY(counters.begin(home, true, m_now + 15min - 1ms).refusal == Refusal::Account);
    const LoginAdmission after = counters.begin(home, true, m_now + 15min);
    QVERIFY(after.refusal == Refusal::None);
    QCOMPARE(after.accountFailures, 1); // all of them may fail again
}

void TestLoginCounters::aClockThatWasSetBackHoldsNobodyUpForLonger()
{
    LoginCounters counters(m_keys, {}, 65'536);
    const LoginSubjects ada = who("ada@example.com");
    failTimes(counters, ada, 10, m_now + 5h);

    const LoginAdmission refused = counters.begin(ada, true, m_now);

    QVERIFY(refused.refusal == Refusal::Pair);
    QVERIFY(refused.wait == 1min);
}

void TestLoginCounters::tellsManyAddressesOnceAWindow()
{
    LoginCounters counters(m_keys, {}, 65'536);
    int told = 0;
    for (int i = 0; i < 40; ++i) {
        const LoginSuspicion one = counters.fail(who("ada@example.com", addressOf(i)), m_now);
        const LoginSuspicion again = counters.fail(who("ada@example.com", addressOf(i)), m_now);
        QVERIFY(!again.manyAddresses && !one.manyAccounts && !again.manyAccounts);
        QCOMPARE(one.manyAddresses, i == 9);
        told += one.manyAddresses ? 1 : 0;
    }
    QCOMPARE(told, 1);
    for (int i = 0; i < 10; ++i)
        told += counters.fail(who("ada@example.com", addressOf(i)), m_now + 1h).manyAddresses ? 1 : 0;
    QCOMPARE(told, 2);
}

void TestLoginCounters::tellsManyAccountsOnceAWindow()
{
    LoginCounters counters(m_keys, {}, 65'536);
    int told = 0;
    for (int i = 0; i < 40; ++i)
        told += counters.fail(who(QByteArray::number(i) + "@example.com"), m_now).manyAccounts ? 1 : 0;
    QCOMPARE(told, 1);
}

void TestLoginCounters::aFloodOfAddressesResetsNoPause()
{
    LoginCounters counters(m_keys, {}, 4'096);
    const LoginSubjects ada = who("ada@example.com");
    failTimes(counters, ada, 10, m_now);

    for (int i = 0; i < 20'000; ++i)
        counters.begin(who(QByteArray::number(i) + "@example.net", "192.0.2.77"), true, m_now);

    QVERIFY(counters.begin(ada, true, m_now).refusal == Refusal::Pair);
}

void TestLoginCounters::aFloodOfInventedAccountsLocksNoStranger()
{
    LoginRules rules;
    rules.strict = true;
    LoginCounters counters(m_keys, rules, 4'096);
    const LoginSubjects ada = who("ada@example.com", "198.51.100.7");
    failTimes(counters, ada, 10, m_now);

    flood(counters, 20'000);

    QVERIFY(counters.overflows() > 0);
    QVERIFY(counters.begin(ada, true, m_now).refusal == Refusal::Pair);
    int heldUp = 0;
    for (int i = 0; i < 200; ++i) {
        const LoginSubjects stranger = who("stranger" + QByteArray::number(i) + "@example.com", "10." + QByteArray::number(i) + ".0.1");
        heldUp += counters.begin(stranger, true, m_now).refusal == Refusal::None ? 0 : 1;
    }
    QVERIFY2(heldUp <= 1, QByteArray::number(heldUp).constData()); // one neighbourhood of 4,096 shares a counter with the attacker's
}

void TestLoginCounters::aSuccessForgivesNobodyElse()
{
    LoginCounters counters(m_keys, {}, 4'096);
    flood(counters, 20'000);
    const LoginSubjects own = who("attacker@example.com", "192.0.2.78"), guessed = who("ada@example.com", "192.0.2.79"); // newcomers there
    QVERIFY(counters.begin(guessed, true, m_now).refusal == Refusal::Pair);

    const Instant later = m_now + 15min;
    QVERIFY(counters.begin(own, true, later).refusal == Refusal::None);
    counters.succeed(own, later);

    QVERIFY(counters.begin(guessed, true, later).refusal == Refusal::Pair);
}

AEGIS_TEST(TestLoginCounters)
#include "TestLoginCounters.moc"
