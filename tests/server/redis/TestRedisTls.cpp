#include "server/log/Log.h"
#include "server/redis/RedisClient.h"
#include "tests/support/Await.h"
#include "tests/support/RedisServer.h"
#include "tests/support/TestMain.h"

#include <QtCore/QTemporaryFile>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// What passes between the server and Redis is told to nobody who cannot show the certificate for its name.
class TestRedisTls : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void speaksToTheOneWhoseCertificateIsKnown();
    void believesNoOther_data();
    void believesNoOther();

private:
    static Task<Result<RedisReply>> ask(RedisClient &client, QByteArrayList words)
    {
        auto reply = co_await client.call(std::move(words));
        co_return reply;
    }
    /// The server at the port, believed with the certificate.
    static RedisTarget targetOf(quint16 port, const QString &caFile)
    {
        return {.host = QStringLiteral("localhost"),
                .port = port,
                .user = {},
                .password = Secret("open-sesame"),
                .tls = true,
                .caFile = caFile,
                .timeout = 2s};
    }
    static QString fileOf(QTemporaryFile &file, const QByteArray &content)
    {
        return file.open() && file.write(content) == content.size() && file.flush() ? file.fileName() : QString();
    }
    static QByteArray contentOf(QTemporaryFile &file) { return file.seek(0) ? file.readAll() : QByteArray(); }
};

void TestRedisTls::initTestCase()
{
    log::configure({.level = LogLevel::Error});
}

void TestRedisTls::speaksToTheOneWhoseCertificateIsKnown()
{
    const SelfSigned certificate = makeSelfSigned("localhost");
    RedisServer redis("open-sesame", certificate);
    QTemporaryFile file;
    RedisClient client(targetOf(redis.port(), fileOf(file, certificate.certificate)));
    std::atomic<int> news = 0;
    client.subscribe("channel", [&news] { ++news; });
    QTRY_VERIFY(client.isUp());
    QTRY_VERIFY(news > 0); // the subscription stands, too
    const int before = news;

    QVERIFY_RESULT(await(ask(client, {"SET", "key", "value"})));
    client.publish("channel", "news");

    QCOMPARE(redis.ask("GET key"), QByteArray("$5\r\nvalue\r\n"));
    QTRY_VERIFY(news > before);
}

void TestRedisTls::believesNoOther_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<bool>("isKnown");
    QTest::addColumn<bool>("speaksTls");
    QTest::newRow("another certificate for the name") << QByteArray("localhost") << false << true;
    QTest::newRow("a certificate that is known, for another name") << QByteArray("redis.example.com") << true << true;
    QTest::newRow("one that speaks no TLS") << QByteArray("localhost") << true << false;
}

void TestRedisTls::believesNoOther()
{
    QFETCH(const QByteArray, name);
    QFETCH(const bool, isKnown);
    QFETCH(const bool, speaksTls);
    const SelfSigned shown = makeSelfSigned(name.constData());
    const SelfSigned known = isKnown ? shown : makeSelfSigned("localhost");
    std::unique_ptr<RedisServer> redis = speaksTls ? std::make_unique<RedisServer>("open-sesame", shown)
                                                   : std::make_unique<RedisServer>("open-sesame");
    QTemporaryFile file, lines;
    QVERIFY(lines.open());
    log::configure({.level = LogLevel::Warning, .format = LogFormat::Json, .descriptor = lines.handle(), .colours = false});
    const auto quiet = qScopeGuard([] { log::configure({.level = LogLevel::Error}); });
    RedisClient client(targetOf(redis->port(), fileOf(file, known.certificate)));

    QTRY_VERIFY_WITH_TIMEOUT(log::flush(1s) && contentOf(lines).contains("redis_unavailable"), 20'000); // it has tried
    QVERIFY(!await(ask(client, {"SET", "key", "value"})));
    QVERIFY(!client.isUp());
    QCOMPARE(client.connects(), quint64(0));
    QCOMPARE(redis->ask("GET key"), QByteArray("$-1\r\n"));
}

AEGIS_TEST(TestRedisTls)
#include "TestRedisTls.moc"
