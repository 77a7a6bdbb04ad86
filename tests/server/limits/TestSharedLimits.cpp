#include "server/limits/LimitScripts.h"
#include "server/limits/LoginThrottle.h"
#include "server/limits/RateLimits.h"
#include "server/log/Log.h"
#include "tests/support/Await.h"
#include "tests/support/RedisServer.h"
#include "tests/support/TestMain.h"

#include <QtCore/QRandomGenerator>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

using Refusal = LoginAdmission::Refusal;

namespace {

RedisTarget targetOf(quint16 port)
{
    return {.host = QStringLiteral("127.0.0.1"), .port = port, .user = {}, .password = {}, .tls = false, .caFile = {}, .timeout = 1'000ms};
}

/// As a server has it.
struct Instance {
    explicit Instance(quint16 redisPort, LoginRules rules = {}) :
        redis(targetOf(redisPort)), limits(keys, {.login = {.calls = 5, .window = 5min}, .counters = 65'536}, &redis),
        throttle(keys, rules, 65'536, &redis, "aegis")
    {
    }
    ~Instance()
    {
        kept.clear(); // which gives them back: whoever waits for Redis then hears of its end here
        redis.stop();
        QCoreApplication::sendPostedEvents();
    }
    Instance(const Instance &) = delete;
    Instance &operator=(const Instance &) = delete;

    http::RateVerdict count(const LimitSubject &subject, Instant now)
    {
        if (auto verdict = limits.countAtOnce(RateClass::Login, subject, now))
            return *std::move(verdict);
        return await(limits.count(RateClass::Login, subject, now));
    }
    LoginAdmission begin(const LoginSubjects &subjects, bool held, Instant now)
    {
        LoginThrottle::Answer answer = await(throttle.begin(subjects, held, now));
        if (answer.attempt)
            kept.push_back(std::move(*answer.attempt)); // neither failed nor given back yet
        return answer.admission;
    }

    RedisClient redis;
    const LimitKeys keys{Secret("0123456789abcdef0123456789abcdef")};
    RateLimits limits;
    LoginThrottle throttle;
    std::vector<LoginAttempt> kept;
};

} // namespace

/// Several instances count as one while there is a Redis, and none lets anything through uncounted while there is none.
class TestSharedLimits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { log::configure({.level = LogLevel::Error}); }
    void twoInstancesCountAsOne();
    void goesOnFromWhatRedisLastSaid();
    void believesNoNonsense();
    void theScriptCountsCallsAsMemoryDoes();
    void theScriptCountsLoginsAsMemoryDoes_data();
    void theScriptCountsLoginsAsMemoryDoes();
    void twoInstancesPauseAsOne();
    void aRedisThatForgetsForgivesNothing();
    void aSuccessAndAReturnAreShared();
    void aSuspicionIsToldOnceByAll();
    void tellsRedisNoNames();

private:
    const LimitSubject m_client = LimitSubject::of(QHostAddress(QStringLiteral("192.0.2.1")));
    const Instant m_now = fromUnixSeconds(1'800'000'000);
};

void TestSharedLimits::twoInstancesCountAsOne()
{
    RedisServer redis;
    Instance one(redis.port()), other(redis.port());
    QTRY_VERIFY(one.redis.isUp() && other.redis.isUp());

    int allowed = 0;
    for (int i = 0; i < 20; ++i)
        allowed += (i % 2 ? one : other).count(m_client, m_now).isAllowed ? 1 : 0;

    QCOMPARE(allowed, 5);
    const http::RateVerdict refused = one.count(m_client, m_now);
    QCOMPARE(refused.policy, QByteArray(R"("login";q=5;w=300)"));
    QCOMPARE(refused.state, QByteArray(R"("login";r=0;t=300)"));
    QVERIFY(refused.retryAfter == 60s);
    QVERIFY(one.count(m_client, m_now + 60s).isAllowed);
    QVERIFY(!other.count(m_client, m_now + 60s).isAllowed);
    QCOMPARE(one.limits.countedAlone() + other.limits.countedAlone(), quint64(0));
}

void TestSharedLimits::goesOnFromWhatRedisLastSaid()
{
    RedisServer redis;
    Instance one(redis.port()), other(redis.port());
    QTRY_VERIFY(one.redis.isUp() && other.redis.isUp());
    for (int i = 0; i < 3; ++i)
        QVERIFY(other.count(m_client, m_now).isAllowed);
    QVERIFY(one.count(m_client, m_now).isAllowed); // the fourth of all

    redis.kill();
    QTRY_VERIFY(!one.redis.isUp());
    QVERIFY(one.count(m_client, m_now).isAllowed);
    for (int i = 0; i < 20; ++i)
        QVERIFY2(!one.count(m_client, m_now).isAllowed, "never open");
    QVERIFY(one.limits.countedAlone() > 0);

    redis.start(); // and knows nothing
    QTRY_VERIFY(one.redis.isUp());
    QVERIFY2(!one.count(m_client, m_now).isAllowed, "what this instance knows it does not forget");
}

void TestSharedLimits::believesNoNonsense()
{
    RedisServer redis;
    Instance one(redis.port());
    QTRY_VERIFY(one.redis.isUp());
    const QByteArray key = "aegis:rate:login:" + one.keys.shared("login", m_client);

    QVERIFY(redis.ask("SET " + key + " 99999999999999999999").startsWith("+OK")); // a time far away
    const http::RateVerdict refused = one.count(m_client, m_now);
    QVERIFY(!refused.isAllowed);
    QVERIFY(refused.retryAfter == 60s); // and nobody waits longer than the window
    QVERIFY(redis.ask("SET " + key + " rubbish").startsWith("+OK"));
    const LimitSubject other = LimitSubject::of(QHostAddress(QStringLiteral("192.0.2.2")));
    QVERIFY(redis.ask("RPUSH aegis:rate:login:" + one.keys.shared("login", other) + " a").startsWith(":1")); // of another type
    for (int i = 0; i < 5; ++i)
        QVERIFY(one.count(other, m_now).isAllowed);
    QVERIFY(!one.count(other, m_now).isAllowed);
    QVERIFY(one.limits.countedAlone() > 0);
}

void TestSharedLimits::theScriptCountsCallsAsMemoryDoes()
{
    RedisServer redis;
    RedisClient client(targetOf(redis.port()));
    QTRY_VERIFY(client.isUp());
    QRandomGenerator random(11);
    const Rate rate{.calls = 7, .window = 10s};
    LeakyBucket bucket;
    Instant now = systemNow();

    for (int i = 0; i < 500; ++i) {
        now += std::chrono::microseconds(random.bounded(random.bounded(4) == 0 ? 6'000'000 : 600'000));
        const BucketVerdict here = bucket.take(rate, now);
        const QByteArrayList arguments{QByteArray::number(qint64(now.time_since_epoch().count())), QByteArray::number(qint64(rate.step().count())),
                                       QByteArray::number(rate.calls)};
        const auto there = await(client.evaluate(LimitScripts::take(), {"key"}, arguments));
        QVERIFY_RESULT(there);
        QCOMPARE(there->elements.at(0).integer == 1, here.isAllowed);
        QCOMPARE(there->elements.at(1).integer, qint64(here.fullAt.time_since_epoch().count()));
    }
}

void TestSharedLimits::theScriptCountsLoginsAsMemoryDoes_data()
{
    QTest::addColumn<bool>("strict");
    QTest::newRow("with delays") << false;
    QTest::newRow("with locks") << true;
}

void TestSharedLimits::theScriptCountsLoginsAsMemoryDoes()
{
    QFETCH(const bool, strict);
    RedisServer redis;
    LoginRules rules;
    rules.strict = strict;
    Instance shared(redis.port(), rules);
    QTRY_VERIFY(shared.redis.isUp());
    LoginCounters memory(shared.keys, rules, 65'536);
    // So that Redis knows it: nobody waits for it, and by its text it would come after what is asked next.
    QVERIFY_RESULT(await(shared.redis.evaluate(LimitScripts::releaseLogin(), {"none", "neither"}, {})));
    QRandomGenerator random(strict ? 12 : 13);
    Instant now = std::chrono::floor<std::chrono::milliseconds>(systemNow());
    int admitted = 0;
    std::array<int, 3> refusals{};

    for (int i = 0; i < 800; ++i) {
        now += std::chrono::milliseconds(random.bounded(random.bounded(50) == 0 ? 50'000'000 : random.bounded(5) == 0 ? 120'000 : 1'500));
        const LoginSubjects who = shared.throttle.subjectsOf(QStringLiteral("ada@example.com"),
                                                             QHostAddress(QStringLiteral("192.0.2.%1").arg(random.bounded(4))));
        const bool held = random.bounded(4) != 0;
        LoginThrottle::Answer there = await(shared.throttle.begin(who, held, now));
        const LoginAdmission here = memory.begin(who, held, now);
        QCOMPARE(static_cast<int>(there.admission.refusal), static_cast<int>(here.refusal));
        QVERIFY(there.admission == here);
        ++refusals[static_cast<std::size_t>(here.refusal)];
        if (!there.attempt)
            continue;
        ++admitted;
        const int outcome = random.bounded(40);
        if (outcome == 0) {
            there.attempt->succeed();
            memory.succeed(who, now);
        } else if (outcome == 1) {
            there.attempt.reset(); // was not judged
            memory.release(who, now);
        } else {
            const LoginSuspicion suspicious = await(there.attempt->fail());
            QVERIFY(!suspicious.manyAddresses); // four are not many
        }
    }
    QVERIFY(admitted > 50 && refusals[1] > 50 && refusals[2] > 10);
    QCOMPARE(shared.throttle.countedAlone(), quint64(0));
}

void TestSharedLimits::twoInstancesPauseAsOne()
{
    RedisServer redis;
    Instance one(redis.port()), other(redis.port());
    QTRY_VERIFY(one.redis.isUp() && other.redis.isUp());
    const LoginSubjects ada = one.throttle.subjectsOf(QStringLiteral("Ada@Example.com"), QHostAddress(QStringLiteral("192.0.2.1")));

    int admitted = 0;
    for (int i = 0; i < 40; ++i)
        admitted += (i % 2 ? one : other).begin(ada, true, m_now).refusal == Refusal::None ? 1 : 0;
    QCOMPARE(admitted, 10);

    redis.kill();
    QTRY_VERIFY(!one.redis.isUp() && !other.redis.isUp());
    QVERIFY2(one.begin(ada, true, m_now).refusal == Refusal::Pair, "never open");
    QVERIFY(other.begin(ada, true, m_now).refusal == Refusal::Pair);
    QVERIFY(one.begin(ada, true, m_now + 1min).refusal == Refusal::None);
    QVERIFY(one.begin(ada, true, m_now + 1min).refusal == Refusal::Pair);
}

void TestSharedLimits::aRedisThatForgetsForgivesNothing()
{
    RedisServer redis;
    Instance one(redis.port());
    QTRY_VERIFY(one.redis.isUp());
    const LoginSubjects ada = one.throttle.subjectsOf(QStringLiteral("ada@example.com"), QHostAddress(QStringLiteral("192.0.2.1")));

    int calls = 0, attempts = 0;
    for (int i = 0; i < 40; ++i) {
        QVERIFY(redis.ask("FLUSHALL").startsWith("+OK"));
        calls += one.count(m_client, m_now).isAllowed ? 1 : 0;
        attempts += one.begin(ada, true, m_now).refusal == Refusal::None ? 1 : 0;
    }

    QCOMPARE(calls, 5);
    QCOMPARE(attempts, 10);
    QCOMPARE(one.limits.countedAlone() + one.throttle.countedAlone(), quint64(0));
}

void TestSharedLimits::aSuccessAndAReturnAreShared()
{
    RedisServer redis;
    Instance one(redis.port()), other(redis.port());
    QTRY_VERIFY(one.redis.isUp() && other.redis.isUp());
    const LoginSubjects ada = one.throttle.subjectsOf(QStringLiteral("ada@example.com"), QHostAddress(QStringLiteral("192.0.2.1")));
    for (int i = 0; i < 9; ++i)
        one.begin(ada, true, m_now);

    {
        const LoginThrottle::Answer unjudged = await(one.throttle.begin(ada, true, m_now));
        QVERIFY(unjudged.attempt);
        QVERIFY(other.begin(ada, true, m_now).refusal == Refusal::Pair);
    }
    LoginThrottle::Answer right{.admission = {}, .attempt = std::nullopt};
    QTRY_VERIFY((right = await(other.throttle.begin(ada, true, m_now)), right.attempt.has_value()));
    right.attempt->succeed();

    QTRY_COMPARE(redis.ask("KEYS aegis:login:*"), QByteArray("*0\r\n"));
    QCOMPARE(await(one.throttle.begin(ada, true, m_now)).admission.pairFailures, 1);
}

void TestSharedLimits::aSuspicionIsToldOnceByAll()
{
    RedisServer redis;
    Instance one(redis.port()), other(redis.port());
    QTRY_VERIFY(one.redis.isUp() && other.redis.isUp());
    int addresses = 0, accounts = 0;

    for (int i = 0; i < 30; ++i) {
        Instance &instance = i % 2 ? one : other;
        const QHostAddress client(QStringLiteral("192.0.2.%1").arg(i + 1));
        LoginThrottle::Answer onAda = await(
            instance.throttle.begin(instance.throttle.subjectsOf(QStringLiteral("ada@example.com"), client), false, m_now));
        LoginThrottle::Answer onMany = await(instance.throttle.begin(
            instance.throttle.subjectsOf(QStringLiteral("%1@example.com").arg(i), QHostAddress(QStringLiteral("203.0.113.9"))), false, m_now));
        QVERIFY(onAda.attempt && onMany.attempt);
        addresses += await(onAda.attempt->fail()).manyAddresses ? 1 : 0;
        accounts += await(onMany.attempt->fail()).manyAccounts ? 1 : 0;
    }

    QCOMPARE(addresses, 1);
    QCOMPARE(accounts, 1);
}

void TestSharedLimits::tellsRedisNoNames()
{
    RedisServer redis;
    Instance one(redis.port());
    QTRY_VERIFY(one.redis.isUp());
    one.count(m_client, m_now);
    LoginThrottle::Answer answer = await(
        one.throttle.begin(one.throttle.subjectsOf(QStringLiteral("ada@example.com"), QHostAddress(QStringLiteral("192.0.2.1"))), true, m_now));
    await(answer.attempt->fail());

    const QByteArray keys = redis.ask("KEYS *");

    QVERIFY2(keys.startsWith("*5\r\n"), keys.constData());
    QVERIFY2(keys.count("aegis:") == 5 && !keys.contains("ada") && !keys.contains("192"), keys.constData());
}

AEGIS_TEST(TestSharedLimits)
#include "TestSharedLimits.moc"
