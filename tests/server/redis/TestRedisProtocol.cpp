#include "server/redis/RedisProtocol.h"
#include "tests/support/TestMain.h"

#include <QtCore/QRandomGenerator>

using namespace aegis;

class TestRedisProtocol : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesCommands();
    void readsReplies();
    void readsAReplyInPieces();
    void givesUpOnGarbage_data();
    void givesUpOnGarbage();
    void keepsNoMoreThanABound();
    void survivesRandomBytes();
};

void TestRedisProtocol::writesCommands()
{
    QCOMPARE(redisCommand({"SET", QByteArray("k\0y", 3), "a\r\nb"}), QByteArray("*3\r\n$3\r\nSET\r\n$3\r\nk\0y\r\n$4\r\na\r\nb\r\n", 32));
}

void TestRedisProtocol::readsReplies()
{
    RedisReader reader;
    reader.feed("+PONG\r\n:42\r\n$3\r\na\nb\r\n$-1\r\n-NOSCRIPT no\r\n*2\r\n:1\r\n:-5\r\n");

    QCOMPARE(reader.next()->text, QByteArray("PONG"));
    QCOMPARE(reader.next()->integer, qint64(42));
    QCOMPARE(reader.next()->text, QByteArray("a\nb"));
    QVERIFY(reader.next()->kind == RedisReply::Kind::Nothing);
    QVERIFY(reader.next()->isError());
    const auto list = reader.next();
    QVERIFY(list && list->isIntegers(2));
    QVERIFY(!list->isIntegers(3));
    QCOMPARE(list->elements[1].integer, qint64(-5));
    QVERIFY(!reader.next());
    QVERIFY(!reader.isBroken());
}

void TestRedisProtocol::readsAReplyInPieces()
{
    RedisReader reader;
    const QByteArray text("*1\r\n$5\r\nhello\r\n");
    for (const char each : text.first(text.size() - 1)) {
        reader.feed(QByteArrayView(&each, 1));
        QVERIFY(!reader.next());
    }
    reader.feed(text.last(1));

    QCOMPARE(reader.next()->elements.at(0).text, QByteArray("hello"));
}

void TestRedisProtocol::givesUpOnGarbage_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("HTTP") << QByteArray("HTTP/1.1 200 OK\r\n\r\n");
    QTest::newRow("TLS") << QByteArray("\x15\x03\x01\x00\x02\x02\x46\r\n");
    QTest::newRow("a length that is none") << QByteArray("$abc\r\nabc\r\n");
    QTest::newRow("a list longer than any answer") << QByteArray("*17\r\n");
    QTest::newRow("a list that fills the memory") << QByteArray("*2147483647\r\n");
    QTest::newRow("lists in lists in lists") << QByteArray("*1\r\n").repeated(100);
}

void TestRedisProtocol::givesUpOnGarbage()
{
    QFETCH(const QByteArray, bytes);
    RedisReader reader;
    reader.feed(bytes);

    QVERIFY(!reader.next());
    QVERIFY(reader.isBroken());
    reader.feed("+PONG\r\n");
    QVERIFY(!reader.next());
}

void TestRedisProtocol::keepsNoMoreThanABound()
{
    RedisReader reader;
    reader.feed("$500000000\r\n");
    const QByteArray block(16 * 1024, 'x');
    int fed = 0;
    while (!reader.isBroken() && fed < 100) {
        reader.feed(block);
        QVERIFY(!reader.next());
        ++fed;
    }
    QVERIFY(fed <= 5);
}

void TestRedisProtocol::survivesRandomBytes()
{
    QRandomGenerator random(7);
    const QByteArray alphabet("*$:+-0123456789\r\nab");
    for (int round = 0; round < 3'000; ++round) {
        RedisReader reader;
        QByteArray bytes;
        for (int i = random.bounded(60); i >= 0; --i)
            bytes.append(alphabet[random.bounded(static_cast<int>(alphabet.size()))]);
        reader.feed(bytes);
        int replies = 0;
        while (const auto reply = reader.next()) {
            QVERIFY2(++replies <= bytes.size(), bytes.constData());
            QVERIFY2(reply->elements.size() <= 16, bytes.constData());
        }
        const bool wasBroken = reader.isBroken();
        reader.feed("+PONG\r\n");
        QVERIFY2(!wasBroken || (!reader.next() && reader.isBroken()), bytes.constData()); // nothing is believed after nonsense
    }
}

AEGIS_TEST(TestRedisProtocol)
#include "TestRedisProtocol.moc"
