#include "shared/time/Instant.h"
#include "tests/process/ApiClient.h"
#include "tests/process/TlsClient.h"
#include "tests/server/http/transport/SelfSigned.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>

#include <csignal>

using namespace aegis;
using namespace aegis::test;

class TestTls : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersOverTls();
    void refusesPlainHttpOnTheSamePort_data();
    void refusesPlainHttpOnTheSamePort();
    void takesANewCertificate();
    void keepsTheOldCertificateWhenTheNewIsBroken_data();
    void keepsTheOldCertificateWhenTheNewIsBroken();
    void doesNotStartWithABrokenCertificate_data();
    void doesNotStartWithABrokenCertificate();
    void saysWhoseCertificateItIsAndUntilWhen();
    void warnsOfACertificateThatIsNotGoodForLong_data();
    void warnsOfACertificateThatIsNotGoodForLong();
    void mayBeOpenToOthersWithTls();
    void countsWhoDoesNotSpeakTls();
    void staysPlainWithoutACertificate();
    void cleanupTestCase();

private:
    static bool write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(content) == content.size();
    }
    bool use(const SelfSigned &pair) { return write(m_certificate, pair.certificate) && write(m_key, pair.key); }
    bool ensureRunning() { return use(m_pair) && (m_server.isRunning() || m_server.start()); }
    static void brokenPairs();

    DataDirectory m_directory;
    const QString m_certificate = m_directory.file(QStringLiteral("certificate.pem"));
    const QString m_key = m_directory.file(QStringLiteral("key.pem"));
    SelfSigned m_pair = makeSelfSigned("first.example");
    const ServerProcess::Environment m_settings{{"TLS_CERT_FILE", m_certificate.toUtf8()}, {"TLS_KEY_FILE", m_key.toUtf8()}};
    ServerProcess m_server{m_directory, m_settings};
};

void TestTls::answersOverTls()
{
    QVERIFY2(ensureRunning(), m_server.errorOutput().constData());
    QVERIFY2(m_server.url().startsWith(QStringLiteral("https://127.0.0.1:")), qPrintable(m_server.url()));

    const TlsReply reply = getOverTls(m_server.port(), "/health/ready");

    QCOMPARE(reply.status, 200);
    QCOMPARE(reply.subject, QStringLiteral("first.example"));
    QVERIFY2(reply.text.contains("\r\nStrict-Transport-Security: max-age="), reply.text.constData());
}

void TestTls::refusesPlainHttpOnTheSamePort_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("a whole request") << QByteArray("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTest::newRow("a password in the clear") << QByteArray("POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                                           "Content-Length: 45\r\n\r\n{\"email\":\"a@example.com\",\"password\":\"Secret1\"}");
    QTest::newRow("zeros") << QByteArray(4096, '\0');
    QTest::newRow("a record of TLS that is none") << QByteArray("\x16\x03\x01\xff\xff") + QByteArray(70000, 'x');
}

void TestTls::refusesPlainHttpOnTheSamePort()
{
    QFETCH(const QByteArray, bytes);
    QVERIFY2(ensureRunning(), m_server.errorOutput().constData());
    WireClient client(m_server.port());

    client.send(bytes);
    const QByteArray said = client.some(4096);

    QVERIFY2(!said.contains("HTTP/"), said.constData()); // at most an alert of TLS
    QVERIFY(client.hasEnded());
    QCOMPARE(getOverTls(m_server.port(), "/health/live").status, 200);
    QVERIFY(!m_server.errorOutput().contains("Secret1"));
}

void TestTls::takesANewCertificate()
{
    QVERIFY2(ensureRunning(), m_server.errorOutput().constData());
    const qsizetype before = m_server.logLines().size();
    m_pair = makeSelfSigned("second.example", KeyKind::Rsa2048);
    QVERIFY(use(m_pair));
    QCOMPARE(getOverTls(m_server.port(), "/health/live").subject, QStringLiteral("first.example")); // not before it is told to

    m_server.signal(SIGHUP);
    QVERIFY(m_server.waitForEvent(QStringLiteral("reloaded"), before));

    QTRY_COMPARE(getOverTls(m_server.port(), "/health/live").subject, QStringLiteral("second.example"));
    QCOMPARE(getOverTls(m_server.port(), "/health/ready").status, 200);
}

void TestTls::brokenPairs()
{
    QTest::addColumn<QByteArray>("certificate");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("says");
    const SelfSigned one = makeSelfSigned("one.example"), other = makeSelfSigned("other.example"),
                     strange = makeSelfSigned("strange.example", KeyKind::Ed25519);
    QTest::newRow("no certificate") << QByteArray("rubbish") << one.key << QByteArray("holds no certificate");
    QTest::newRow("an empty certificate") << QByteArray() << one.key << QByteArray("holds no certificate");
    QTest::newRow("half a certificate") << one.certificate.first(200) << one.key << QByteArray("certificate");
    QTest::newRow("no key") << one.certificate << QByteArray("rubbish") << QByteArray("holds no private key");
    QTest::newRow("another's key") << one.certificate << other.key << QByteArray("does not belong");
    QTest::newRow("a key of a kind that Qt does not read") << strange.certificate << strange.key << QByteArray("neither RSA nor EC");
}

void TestTls::keepsTheOldCertificateWhenTheNewIsBroken_data()
{
    brokenPairs();
    QTest::newRow("a file that is gone") << QByteArray() << QByteArray("gone") << QByteArray("cannot be read");
}

void TestTls::keepsTheOldCertificateWhenTheNewIsBroken()
{
    QFETCH(const QByteArray, certificate);
    QFETCH(const QByteArray, key);
    QFETCH(const QByteArray, says);
    QVERIFY2(ensureRunning(), m_server.errorOutput().constData());
    const QString subject = getOverTls(m_server.port(), "/health/live").subject;
    const qsizetype before = m_server.logLines().size();
    QVERIFY(use({certificate, key}));
    if (key == "gone")
        QVERIFY(QFile::remove(m_certificate));

    m_server.signal(SIGHUP);
    const auto failure = m_server.waitForEvent(QStringLiteral("reload_failed"), before);

    QVERIFY(failure);
    QCOMPARE(failure->value(QStringLiteral("level")).toString(), QStringLiteral("error"));
    const QByteArray reason = failure->value(QStringLiteral("reason")).toString().toUtf8();
    QVERIFY2(reason.contains(says), reason.constData());
    const TlsReply reply = getOverTls(m_server.port(), "/health/live");
    QCOMPARE(reply.status, 200);
    QCOMPARE(reply.subject, subject);
}

void TestTls::doesNotStartWithABrokenCertificate_data()
{
    brokenPairs();
}

void TestTls::doesNotStartWithABrokenCertificate()
{
    QFETCH(const QByteArray, certificate);
    QFETCH(const QByteArray, key);
    QFETCH(const QByteArray, says);
    QVERIFY(use({certificate, key}));
    m_server.stop();

    for (const char *command : {"run", "check-config", "migrate"}) {
        QCOMPARE(m_server.run({QLatin1String(command)}), 78);
        const QByteArray said = m_server.errorOutput();
        QVERIFY2(said.contains("TLS_CERT_FILE") && said.contains(says) && said.contains("nothing was started"), said.constData());
    }
}

void TestTls::saysWhoseCertificateItIsAndUntilWhen()
{
    const SelfSigned first = makeSelfSigned("named.example", KeyKind::P256, std::chrono::hours(24 * 20)),
                     second = makeSelfSigned("short.example", KeyKind::P256, std::chrono::hours(24 * 2));
    QVERIFY(use(first));
    const DataDirectory directory;
    ServerProcess server(directory, m_settings);
    QVERIFY_STARTS(server);
    const auto notAfter = [](const QJsonObject &line) {
        return fromRfc3339(line.value(QStringLiteral("notAfter")).toString().toLatin1()).value_or(Instant{});
    };
    const auto metric = [&server] {
        const QByteArray text = getOverTls(server.port(), "/metrics").text;
        const QByteArray name = "\naegis_tls_certificate_not_after_seconds ";
        const qsizetype at = text.indexOf(name);
        return at < 0 ? -1 : std::int64_t(text.mid(at + name.size(), text.indexOf('\n', at + 1) - at - name.size()).toDouble());
    };

    const QJsonObject ready = server.waitForEvent(QStringLiteral("ready")).value();
    QCOMPARE(ready.value(QStringLiteral("subject")).toString(), QStringLiteral("named.example"));
    const Instant now = systemNow();
    QVERIFY(notAfter(ready) > now + std::chrono::hours(24 * 19) && notAfter(ready) <= now + std::chrono::hours(24 * 20));
    QCOMPARE(metric(), toUnixSeconds(notAfter(ready)));
    QVERIFY(!server.errorOutput().contains("TLS certificate of"));

    QVERIFY(use(second));
    server.signal(SIGHUP);

    const auto reloaded = server.waitForEvent(QStringLiteral("reloaded"));
    QVERIFY(reloaded);
    QCOMPARE(reloaded->value(QStringLiteral("subject")).toString(), QStringLiteral("short.example"));
    QVERIFY(notAfter(*reloaded) <= now + std::chrono::hours(24 * 3));
    QCOMPARE(metric(), toUnixSeconds(notAfter(*reloaded)));
    const auto warning = server.waitForEvent(QStringLiteral("certificate"));
    QVERIFY(warning);
    QVERIFY(warning->value(QStringLiteral("message")).toString().contains(QStringLiteral("in less than 14 days")));
}

void TestTls::warnsOfACertificateThatIsNotGoodForLong_data()
{
    QTest::addColumn<int>("hours");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("expired") << -1 << QByteArray("warning: The TLS certificate of old.example expired at");
    QTest::newRow("a week") << 7 * 24 << QByteArray("warning: The TLS certificate of old.example expires at");
    QTest::newRow("a month") << 30 * 24 << QByteArray();
}

void TestTls::warnsOfACertificateThatIsNotGoodForLong()
{
    QFETCH(const int, hours);
    QFETCH(const QByteArray, says);
    QVERIFY(use(makeSelfSigned("old.example", KeyKind::P256, std::chrono::hours(hours))));
    const DataDirectory directory;
    ServerProcess server(directory, m_settings);

    QCOMPARE(server.run({QStringLiteral("check-config")}), 0);

    QVERIFY2(says.isEmpty() ? !server.errorOutput().contains("certificate of") : server.errorOutput().contains(says),
             server.errorOutput().constData());
}

void TestTls::mayBeOpenToOthersWithTls()
{
    QVERIFY(use(m_pair));
    const DataDirectory directory;
    ServerProcess::Environment open = m_settings;
    open["HOST"] = "0.0.0.0";
    ServerProcess with(directory, open), without(directory, {{"HOST", "0.0.0.0"}});

    QCOMPARE(with.run({QStringLiteral("check-config")}), 0);
    QCOMPARE(without.run({QStringLiteral("run")}), 78);
    QVERIFY2(without.errorOutput().contains("HOST") && without.errorOutput().contains("TLS_CERT_FILE"), without.errorOutput().constData());
}

void TestTls::countsWhoDoesNotSpeakTls()
{
    QVERIFY2(ensureRunning(), m_server.errorOutput().constData());
    const auto failed = [this] {
        const QByteArray text = getOverTls(m_server.port(), "/metrics").text;
        const QByteArray name = "\naegis_tls_handshake_failures_total ";
        const qsizetype at = text.indexOf(name);
        return at < 0 ? -1 : text.mid(at + name.size(), text.indexOf('\n', at + 1) - at - name.size()).toInt();
    };
    const int before = failed();
    QVERIFY(before >= 0);
    WireClient plain(m_server.port());

    QVERIFY(plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));

    QTRY_COMPARE(failed(), before + 1);
}

void TestTls::staysPlainWithoutACertificate()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    server.signal(SIGHUP); // nothing to read again, and nothing breaks
    QVERIFY(server.waitForEvent(QStringLiteral("nothing_to_reload")));
    QVERIFY(!server.errorOutput().contains("reloaded"));

    const ApiAnswer answer = ApiClient(server.port()).get("/health/live");

    QCOMPARE(answer.status, 200);
    QVERIFY(answer.raw.field("Strict-Transport-Security").isNull()); // over plain HTTP it must not be sent (RFC 6797, 7.2)
}

void TestTls::cleanupTestCase()
{
    m_server.stop();
    QCOMPARE(m_directory.postgresProcesses(), QList<qint64>());
}

AEGIS_TEST(TestTls)
#include "TestTls.moc"
