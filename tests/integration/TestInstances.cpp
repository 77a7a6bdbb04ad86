#include "tests/support/RedisServer.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QElapsedTimer>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Two instances on one database: a revocation on one is known to the other, sooner with a signal and at the next poll without.
class TestInstances : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hearOfEachOther_data();
    void hearOfEachOther();
    void messagesAreNotBelieved();
    void doWithoutRedis();
    void letNobodyThroughWithoutDatabaseAndRedis();
    void measureTheDelay();
    void limitTogether();

private:
    /// So seldom that what is known within seconds was known by the signal.
    static Environment slowPoll() { return {{"REVOCATION_POLL", "20s"}, {"REVOCATION_MAX_AGE", "60s"}}; }
    static Environment with(const RedisServer &redis, Environment settings = {})
    {
        settings["REDIS_HOST"] = "127.0.0.1";
        settings["REDIS_PORT"] = QByteArray::number(redis.port());
        return settings;
    }
    static bool isUp(const TestServer &server) { return server.client().get("/metrics").body.contains("aegis_redis_up 1"); }
    static int verify(const TestServer &server, const SignedUp &who) { return server.client().as(who.accessToken).get("/auth/verify").status; }
    static int logOut(const TestServer &server, const SignedUp &who) { return server.client().as(who.accessToken).post("/auth/logout").status; }
};

void TestInstances::hearOfEachOther_data()
{
    QTest::addColumn<bool>("byRedis");
    QTest::newRow("through Redis") << true;
    QTest::newRow("through NOTIFY") << false;
}

void TestInstances::hearOfEachOther()
{
    QFETCH(const bool, byRedis);
    RedisServer redis;
    TestServer one(byRedis ? with(redis, slowPoll()) : slowPoll());
    const auto other = one.another();
    if (byRedis)
        QTRY_VERIFY(isUp(one) && isUp(*other));

    for (int round = 0; round < 3; ++round) {
        const SignedUp ada = one.signUp();
        QCOMPARE(verify(*other, ada), 204);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(logOut(one, ada), 204);
        QCOMPARE(verify(one, ada), 401);
        QTRY_COMPARE(verify(*other, ada), 401);
        QVERIFY2(timer.elapsed() < 4'000, QByteArray::number(timer.elapsed()).constData());
    }
}

void TestInstances::messagesAreNotBelieved()
{
    RedisServer redis;
    TestServer server(with(redis, slowPoll()));
    QTRY_VERIFY(isUp(server));
    const SignedUp ada = server.signUp();
    const SignedUp ended = server.signUp();
    QCOMPARE(logOut(server, ended), 204);

    for (const QByteArray &message :
         {QByteArray("\"{}\""), "\"{\\\"kind\\\":\\\"session\\\",\\\"subject\\\":\\\"" + ada.sessionId + "\\\"}\"",
          "\"unrevoke " + ended.sessionId + "\"", QByteArray("\"\\x00\\xff\\xfe\\r\\n*3\\r\\n\""), '"' + QByteArray(60'000, 'x') + '"'}) {
        for (int i = 0; i < 20; ++i)
            QVERIFY(redis.ask("PUBLISH aegis:revocations " + message).startsWith(":"));
    }

    QCOMPARE(verify(server, ada), 204);
    QCOMPARE(verify(server, ended), 401);
    QVERIFY(isUp(server));
    QCOMPARE(server.client().get("/health/ready").status, 200);
}

void TestInstances::doWithoutRedis()
{
    RedisServer redis;
    TestServer one(with(redis, {{"REVOCATION_POLL", "50ms"}}));
    const auto other = one.another();
    QTRY_VERIFY(isUp(one) && isUp(*other));
    const SignedUp ada = one.signUp();
    const SignedUp bob = one.signUp();
    const SignedUp eve = one.signUp();

    redis.kill();
    QTRY_VERIFY(!isUp(one) && !isUp(*other));
    QCOMPARE(logOut(one, ada), 204);
    QTRY_COMPARE(verify(*other, ada), 401); // by the poll
    redis.start();
    QTRY_VERIFY(isUp(one) && isUp(*other));
    QCOMPARE(logOut(*other, bob), 204);
    QTRY_COMPARE(verify(one, bob), 401);
    redis.hang();
    QCOMPARE(logOut(*other, eve), 204);
    QTRY_COMPARE(verify(one, eve), 401);
    QVERIFY(one.client().get("/health/ready").status == 200);
}

void TestInstances::letNobodyThroughWithoutDatabaseAndRedis()
{
    RedisServer redis;
    TestServer one(with(redis, {{"REVOCATION_POLL", "20ms"}, {"REVOCATION_MAX_AGE", "150ms"}}));
    const SignedUp ada = one.signUp();
    QTRY_VERIFY(isUp(one));
    QCOMPARE(verify(one, ada), 204);

    one.takeDatabaseAway(); // Redis is well, and no help: the table is the truth
    QTRY_COMPARE(verify(one, ada), 503);
    for (int i = 0; i < 10; ++i) {
        redis.ask("PUBLISH aegis:revocations news");
        QCOMPARE(verify(one, ada), 503);
    }
    redis.kill();
    QCOMPARE(verify(one, ada), 503);
    one.giveDatabaseBack();
    QTRY_COMPARE(verify(one, ada), 204);
}

void TestInstances::measureTheDelay()
{
    TestServer one;
    const auto other = one.another();
    const auto count = [](const TestServer &server) {
        const QByteArray text = server.client().get("/metrics").body;
        const QByteArray name("aegis_revocation_delay_seconds_count ");
        const qsizetype at = text.indexOf(name);
        return at < 0 ? -1 : text.mid(at + name.size()).split('\n').front().toInt();
    };
    const SignedUp ada = one.signUp();
    QCOMPARE(count(*other), 0);

    QCOMPARE(logOut(one, ada), 204);

    QTRY_COMPARE(count(*other), 1);
    QVERIFY(other->client().get("/metrics").body.contains("aegis_revocation_delay_seconds_bucket{le=\"5\"} 1"));
    QVERIFY(count(one) <= 1); // it knew, unless the feed was quicker than the end of the call
}

void TestInstances::limitTogether()
{
    RedisServer redis;
    TestServer one(with(redis, {{"RATE_LIMIT_SLUG_CHECK", "6/1m"}}));
    const auto other = one.another();
    QTRY_VERIFY(isUp(one) && isUp(*other));
    const auto check = [](const TestServer &server) { return server.client().get("/auth/organizations/slug-available/some-slug").status; };

    for (int i = 0; i < 6; ++i)
        QCOMPARE(check(i % 2 ? one : *other), 200);
    QCOMPARE(check(one), 429);
    QCOMPARE(check(*other), 429);
    redis.kill();
    QTRY_VERIFY(!isUp(one));
    QCOMPARE(check(one), 429);
    QVERIFY(one.client().get("/metrics").body.contains("aegis_redis_up 0"));

    const SignedUp ada = one.signUp(); // everything else goes on
    QCOMPARE(verify(one, ada), 204);
    for (int i = 0; i < 10; ++i)
        QCOMPARE(one.client().post("/auth/login", textObject({{"email", ada.email}, {"password", "Not-The-Password-1"}})).status, 401);
    QVERIFY_REPLY(one.client().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}})), 429, "rate_limited");
}

AEGIS_TEST(TestInstances)
#include "TestInstances.moc"
