#include "tests/server/http/transport/SelfSigned.h"
#include "tests/server/http/transport/TransportServer.h"
#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslSocket>

using namespace aegis;
using namespace aegis::http;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestHttpServerTls : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void loadsACertificateAndItsKey_data();
    void loadsACertificateAndItsKey();
    void explainsWhatIsWrongWithTheFiles_data();
    void explainsWhatIsWrongWithTheFiles();
    void servesOverTls();
    void carriesLargeBodiesBothWays();
    void endsTheConnectionInAnOrderlyWay();
    void deliversARefusal();
    void refusesOldVersions();
    void givesTheNewCertificateToNewConnections();
    void endsAHandshakeThatDoesNotEnd();
    void survivesClientsThatLeave();

private:
    QString file(const QString &name, const QByteArray &content);
    TlsConfiguration configuration(const char *name, KeyKind kind = KeyKind::P256);
    std::unique_ptr<QSslSocket> connectTo(quint16 port, QSsl::SslProtocol protocol = QSsl::TlsV1_2OrLater);

    QTemporaryDir m_directory;
};

static const QByteArray simpleGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

QString TestHttpServerTls::file(const QString &name, const QByteArray &content)
{
    QFile file(m_directory.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("the test cannot write its files");
    return file.fileName();
}

TlsConfiguration TestHttpServerTls::configuration(const char *name, KeyKind kind)
{
    const SelfSigned made = makeSelfSigned(name, kind);
    return TlsConfiguration::load(file(QStringLiteral("cert.pem"), made.certificate), file(QStringLiteral("key.pem"), made.key)).value();
}

std::unique_ptr<QSslSocket> TestHttpServerTls::connectTo(quint16 port, QSsl::SslProtocol protocol)
{
    auto socket = std::make_unique<QSslSocket>();
    QSslConfiguration client = QSslConfiguration::defaultConfiguration();
    client.setPeerVerifyMode(QSslSocket::VerifyNone);
    client.setProtocol(protocol);
    client.setAllowedNextProtocols({QByteArrayLiteral("http/1.1")});
    socket->setSslConfiguration(client);
    socket->connectToHostEncrypted(QStringLiteral("127.0.0.1"), port);
    socket->waitForEncrypted(10'000);
    return socket;
}

/// Reads until the text stands at the end, or the connection has ended.
static QByteArray readUntil(QSslSocket &socket, const QByteArray &end)
{
    QByteArray bytes = socket.readAll();
    while (!bytes.endsWith(end) && socket.waitForReadyRead(10'000))
        bytes.append(socket.readAll());
    return bytes;
}

void TestHttpServerTls::loadsACertificateAndItsKey_data()
{
    QTest::addColumn<KeyKind>("kind");

    QTest::newRow("EC") << KeyKind::P256;
    QTest::newRow("RSA") << KeyKind::Rsa2048;
}

void TestHttpServerTls::loadsACertificateAndItsKey()
{
    QFETCH(KeyKind, kind);
    TransportServer server(nullptr, {}, 1, configuration("loaded", kind));

    const auto client = connectTo(server.port);

    QVERIFY(client->isEncrypted());
    QCOMPARE(client->peerCertificate().subjectInfo(QSslCertificate::CommonName), QStringList{QStringLiteral("loaded")});
}

void TestHttpServerTls::explainsWhatIsWrongWithTheFiles_data()
{
    QTest::addColumn<QByteArray>("certificate");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QString>("says");
    const SelfSigned one = makeSelfSigned("one");
    const SelfSigned other = makeSelfSigned("other");
    const SelfSigned ed = makeSelfSigned("ed", KeyKind::Ed25519);

    QTest::newRow("no certificate file") << QByteArray() << one.key << QStringLiteral("cannot be read");
    QTest::newRow("no key file") << one.certificate << QByteArray() << QStringLiteral("cannot be read");
    QTest::newRow("no certificate in it") << QByteArray("nothing") << one.key << QStringLiteral("no certificate");
    QTest::newRow("no key in it") << one.certificate << QByteArray("nothing") << QStringLiteral("no private key");
    QTest::newRow("another's key") << one.certificate << other.key << QStringLiteral("does not belong");
    QTest::newRow("a key that Qt cannot use") << ed.certificate << ed.key << QStringLiteral("neither RSA nor EC");
}

void TestHttpServerTls::explainsWhatIsWrongWithTheFiles()
{
    QFETCH(QByteArray, certificate);
    QFETCH(QByteArray, key);
    QFETCH(QString, says);
    const QString none = m_directory.filePath(QStringLiteral("none.pem"));

    const auto loaded = TlsConfiguration::load(certificate.isEmpty() ? none : file(QStringLiteral("c.pem"), certificate),
                                               key.isEmpty() ? none : file(QStringLiteral("k.pem"), key));

    QVERIFY(!loaded);
    QCOMPARE(loaded.problem().code, ProblemCode::Internal);
    QVERIFY2(loaded.problem().internal.contains(says), qPrintable(loaded.problem().internal));
}

void TestHttpServerTls::servesOverTls()
{
    TransportServer server([](HttpExchange exchange) { exchange.answer(textReply(exchange.request().tls ? "encrypted" : "plain")); }, {}, 2,
                           configuration("x"));
    const auto client = connectTo(server.port);

    for (int i = 0; i < 3; ++i) {
        client->write(simpleGet);
        QVERIFY(readUntil(*client, "\r\n\r\nencrypted").startsWith("HTTP/1.1 200 OK\r\n"));
    }
    QCOMPARE(client->sslConfiguration().nextNegotiatedProtocol(), QByteArray("http/1.1"));
    QVERIFY(client->sessionProtocol() >= QSsl::TlsV1_2);
}

void TestHttpServerTls::carriesLargeBodiesBothWays()
{
    TransportServer server([](HttpExchange exchange) { exchange.answer(textReply(exchange.request().body + "!")); }, {}, 1, configuration("x"));
    const auto client = connectTo(server.port);
    const QByteArray body(1'000'000, 'b');

    for (int i = 0; i < 2; ++i) {
        client->write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + body);
        QVERIFY(readUntil(*client, "!").endsWith("\r\n\r\n" + body + '!'));
    }
}

void TestHttpServerTls::endsTheConnectionInAnOrderlyWay()
{
    TransportServer server(nullptr, {}, 1, configuration("x"));
    const auto client = connectTo(server.port);

    client->write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    QVERIFY(readUntil(*client, "[]").contains("Connection: close\r\n"));
    QVERIFY(client->state() == QAbstractSocket::UnconnectedState || client->waitForDisconnected(1000));
    QTRY_COMPARE(server.server->connections(), 0);
}

void TestHttpServerTls::deliversARefusal()
{
    TransportServer server(nullptr, {}, 1, configuration("x"));
    const auto client = connectTo(server.port);

    client->write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + QByteArray(500'000, 'b'));

    QVERIFY(readUntil(*client, "\"}").startsWith("HTTP/1.1 413 "));
}

void TestHttpServerTls::refusesOldVersions()
{
    TransportServer server(nullptr, {}, 1, configuration("x"));
    WireClient plain(server.port);

    QVERIFY(plain.send(simpleGet));
    const QByteArray said = plain.some(100);

    QVERIFY2(said.isEmpty() || said.startsWith('\x15'), "at most a TLS alert");
    QTRY_COMPARE(server.server->counters().failedHandshakes.load(), quint64(1));
    QVERIFY(connectTo(server.port, QSsl::TlsV1_2)->isEncrypted());
    QCOMPARE(server.server->counters().failedHandshakes.load(), quint64(1));
    QT_WARNING_PUSH
    QT_WARNING_DISABLE_DEPRECATED
    QVERIFY(!connectTo(server.port, QSsl::TlsV1_1)->isEncrypted());
    QT_WARNING_POP
    QTRY_COMPARE(server.server->counters().failedHandshakes.load(), quint64(2));
}

void TestHttpServerTls::givesTheNewCertificateToNewConnections()
{
    TransportServer server(nullptr, {}, 2, configuration("before"));
    const auto open = connectTo(server.port);
    const auto nameSeen = [&] { return connectTo(server.port)->peerCertificate().subjectInfo(QSslCertificate::CommonName).value(0); };
    QCOMPARE(nameSeen(), QStringLiteral("before"));

    server.server->reloadTls(configuration("after"));

    QTRY_COMPARE(nameSeen(), QStringLiteral("after"));
    open->write(simpleGet);
    QVERIFY2(readUntil(*open, "[]").startsWith("HTTP/1.1 200 "), "open connections go on");
}

void TestHttpServerTls::endsAHandshakeThatDoesNotEnd()
{
    TransportServer server(nullptr, {.head = 300ms}, 1, configuration("x"));
    WireClient client(server.port);

    QVERIFY(client.send("\x16\x03\x01"));

    QVERIFY(client.hasEnded());
    QTRY_COMPARE(server.server->connections(), 0);
    QCOMPARE(server.server->counters().failedHandshakes.load(), quint64(1));
}

void TestHttpServerTls::survivesClientsThatLeave()
{
    Mailbox mailbox;
    TransportServer server([&](HttpExchange exchange) { mailbox.put(std::move(exchange)); }, {}, 1, configuration("x"));
    for (int i = 0; i < 10; ++i) {
        const auto client = connectTo(server.port);
        client->write(simpleGet);
        client->waitForBytesWritten(1000);
        QVERIFY(mailbox.waitFor(1));
        if (i % 2 == 0)
            client->abort();
        else
            client->disconnectFromHost();
        for (HttpExchange &exchange : mailbox.takeAll())
            exchange.answer(textReply("too late"));
    }

    QTRY_COMPARE(server.server->connections(), 0);
}

AEGIS_TEST(TestHttpServerTls)
#include "TestHttpServerTls.moc"
