#include "server/log/Log.h"
#include "server/redis/RedisClient.h"
#include "tests/support/Await.h"
#include "tests/support/RedisServer.h"
#include "tests/support/TestMain.h"

#include <QtCore/QElapsedTimer>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

Task<Result<RedisReply>> ask(RedisClient &client, QByteArrayList words)
{
    auto reply = co_await client.call(std::move(words));
    co_return reply;
}

RedisTarget targetOf(quint16 port)
{
    return {.host = QStringLiteral("127.0.0.1"), .port = port, .user = {}, .password = {}, .tls = false, .caFile = {}, .timeout = 2s};
}

} // namespace

class TestRedisClient : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { log::configure({.level = LogLevel::Error}); }
    void speaksToRedis();
    void carriesOutScripts();
    void tellsOfNothingWithoutPassword();
    void waitsForNobody();
    void comesBackWhenRedisDoes();
    void doesNotWaitForOneThatHangs();
    void doesWithoutOneThatIsNone();
    void tellsSubscribers();
    void endsWhileSomebodyWaits();
    void whoAsksWhileItEndsIsTold();
};

void TestRedisClient::speaksToRedis()
{
    RedisServer redis;
    RedisClient client(targetOf(redis.port()));
    QTRY_VERIFY(client.isUp());

    const auto set = await(ask(client, {"SET", "key", "a\r\nvalue"}));
    const auto get = await(ask(client, {"GET", "key"}));
    const auto wrong = await(ask(client, {"NO-SUCH-COMMAND"}));

    QVERIFY_RESULT(set);
    QVERIFY_RESULT(get);
    QCOMPARE(get->text, QByteArray("a\r\nvalue"));
    QVERIFY_RESULT(wrong);
    QVERIFY(wrong->isError());
    QCOMPARE(client.connects(), quint64(1));
}

void TestRedisClient::carriesOutScripts()
{
    RedisServer redis;
    RedisClient client(targetOf(redis.port()));
    QTRY_VERIFY(client.isUp());
    const RedisScript script = RedisScript::of("return {tonumber(ARGV[1]) + 1, redis.call('INCR', KEYS[1])}");
    const RedisScript broken = RedisScript::of("return redis.call('INCR', KEYS[1], 'too', 'many')");

    for (int i = 1; i <= 3; ++i) {
        const auto reply = await(client.evaluate(script, {"counter"}, {"41"})); // the first one by its text, the others by its name
        QVERIFY_RESULT(reply);
        QVERIFY(reply->isIntegers(2));
        QCOMPARE(reply->elements[0].integer, qint64(42));
        QCOMPARE(reply->elements[1].integer, qint64(i));
        if (i == 2)
            QVERIFY(redis.ask("SCRIPT FLUSH").startsWith("+OK")); // as a restart does
    }
    const auto failed = await(client.evaluate(broken, {"counter"}, {}));
    QVERIFY(!failed);
    QVERIFY(client.failures() > 0);
}

void TestRedisClient::tellsOfNothingWithoutPassword()
{
    RedisServer redis("open-sesame");
    RedisTarget target = targetOf(redis.port());
    RedisClient without(target);
    target.password = Secret("open-barley");
    RedisClient wrong(target);
    target.password = Secret("open-sesame");
    RedisClient right(target);

    QTRY_VERIFY(right.isUp());
    QTRY_VERIFY(without.failures() + wrong.failures() == 0 && !without.isUp() && !wrong.isUp());
    QVERIFY(!await(ask(without, {"GET", "key"})));
    QVERIFY(!await(ask(wrong, {"GET", "key"})));
    QVERIFY_RESULT(await(ask(right, {"GET", "key"})));
}

void TestRedisClient::waitsForNobody()
{
    RedisClient client(targetOf(1)); // nobody listens there
    QElapsedTimer timer;
    timer.start();

    for (int i = 0; i < 100; ++i)
        QVERIFY(!await(ask(client, {"GET", "key"})));

    QVERIFY(timer.elapsed() < 2'000);
    QCOMPARE(client.failures(), quint64(100));
}

void TestRedisClient::comesBackWhenRedisDoes()
{
    RedisServer redis;
    RedisClient client(targetOf(redis.port()));
    QTRY_VERIFY(client.isUp());

    redis.kill();
    QTRY_VERIFY(!client.isUp());
    QVERIFY(!await(ask(client, {"GET", "key"})));
    redis.start();

    QTRY_VERIFY(client.isUp());
    QVERIFY_RESULT(await(ask(client, {"GET", "key"})));
    QCOMPARE(client.connects(), quint64(2));
}

void TestRedisClient::doesNotWaitForOneThatHangs()
{
    RedisServer redis;
    RedisTarget target = targetOf(redis.port());
    target.timeout = 150ms;
    RedisClient client(target);
    QTRY_VERIFY(client.isUp());
    redis.hang();
    QElapsedTimer timer;
    timer.start();

    for (int i = 0; i < 20; ++i) // the first one waits for the timeout, the others know
        QVERIFY(!await(ask(client, {"GET", "key"})));

    QVERIFY2(timer.elapsed() < 3'000, QByteArray::number(timer.elapsed()).constData());
    redis.goOn();
    QTRY_VERIFY(client.isUp());
    QTRY_VERIFY(await(ask(client, {"GET", "key"})).ok());
}

void TestRedisClient::doesWithoutOneThatIsNone()
{
    QTcpServer impostor;
    QVERIFY(impostor.listen(QHostAddress::LocalHost));
    int connections = 0;
    connect(&impostor, &QTcpServer::newConnection, this, [&] {
        ++connections;
        QTcpSocket *socket = impostor.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket] { socket->write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    });
    RedisClient client(targetOf(impostor.serverPort()));

    QTRY_VERIFY(connections >= 3);
    QVERIFY(!client.isUp());
    QCOMPARE(client.connects(), quint64(0));
}

void TestRedisClient::tellsSubscribers()
{
    RedisServer redis;
    RedisClient client(targetOf(redis.port()));
    RedisClient other(targetOf(redis.port()));
    std::atomic<int> heard{0};
    client.subscribe("channel", [&heard] { ++heard; });
    QTRY_COMPARE(heard.load(), 1); // that the subscription has begun
    QTRY_VERIFY(other.isUp());

    other.publish("channel", QByteArray(1'000, '\0'));
    QTRY_COMPARE(heard.load(), 2);
    other.publish("another", "news");
    redis.kill();
    redis.start();
    QTRY_COMPARE(heard.load(), 3); // it has begun anew
    QTRY_VERIFY(other.isUp());
    other.publish("channel", "news");
    QTRY_COMPARE(heard.load(), 4);
}

void TestRedisClient::endsWhileSomebodyWaits()
{
    RedisServer redis;
    RedisTarget target = targetOf(redis.port());
    target.timeout = 10s;
    auto client = std::make_unique<RedisClient>(target);
    QTRY_VERIFY(client->isUp());
    redis.hang();
    int answers = 0;
    for (int i = 0; i < 5; ++i)
        spawn(ask(*client, {"GET", "key"}), [&answers](auto reply, auto) { answers += reply && !reply->ok() ? 1 : 0; });

    client->stop();

    QTRY_COMPARE(answers, 5);
}

void TestRedisClient::whoAsksWhileItEndsIsTold()
{
    RedisServer redis;
    for (int round = 0; round < 20; ++round) {
        RedisClient client(targetOf(redis.port()));
        QTRY_VERIFY(client.isUp());
        std::atomic<int> answers{0};
        const std::unique_ptr<QThread> asking(QThread::create([&] {
            while (await(ask(client, {"GET", "key"})).ok())
                ++answers;
        }));
        asking->start();
        QTRY_VERIFY(answers > 0);

        client.stop();

        QTRY_VERIFY(asking->isFinished());
    }
}

AEGIS_TEST(TestRedisClient)
#include "TestRedisClient.moc"
