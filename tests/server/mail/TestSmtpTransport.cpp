#include "server/mail/SmtpTransport.h"
#include "tests/server/mail/SampleMails.h"
#include "tests/support/SmtpServer.h"
#include "tests/support/TestMain.h"

#include <QtNetwork/QTcpServer>

#include <thread>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Against a real mail server.
class TestSmtpTransport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sendsAWholeMail_data();
    void sendsAWholeMail();
    void sendsWithoutAuthentication();
    void takesAddressesOfAllScripts();
    void saysWhatBecameOfAMail_data();
    void saysWhatBecameOfAMail();
    void sendsNothingInTheClear();
    void tellsNoPasswordInTheClear();
    void checksTheCertificate();
    void failsWithAWrongPassword();
    void failsWhileTheServerIsAway();
    void givesUpOnASilentServer();
    void stopsAtOnce();
    void usesItsConnectionAgain();

private:
    static SmtpTransport::Options optionsFor(const SmtpServer &server)
    {
        const QByteArray &tls = server.options().tls;
        return {.host = QStringLiteral("localhost"),
                .port = server.port(),
                .tls = tls == "starttls" ? SmtpTransport::Tls::Starttls
                    : tls == "implicit"  ? SmtpTransport::Tls::Implicit
                                         : SmtpTransport::Tls::Off,
                .user = server.options().user,
                .password = Secret(server.options().password.toUtf8()),
                .caFile = server.caFile(),
                .timeout = 10s};
    }
};

void TestSmtpTransport::sendsAWholeMail_data()
{
    QTest::addColumn<QByteArray>("tls");
    QTest::newRow("STARTTLS") << QByteArray("starttls");
    QTest::newRow("TLS from the first byte") << QByteArray("implicit");
}

void TestSmtpTransport::sendsAWholeMail()
{
    QFETCH(const QByteArray, tls);
    const SmtpServer server({.tls = tls});
    SmtpTransport transport(optionsFor(server));
    const MailMessage mail = mailTo(QStringLiteral("ada@example.com"), QStringLiteral("Ada \"\r\nBcc: x@example.com\" Lovelace"));

    const MailOutcome outcome = transport.send(mail);

    QVERIFY2(outcome.kind == MailOutcome::Kind::Sent, qPrintable(outcome.reason));
    const auto mails = server.mails();
    QCOMPARE(mails.size(), std::size_t(1));
    const ReceivedMail &received = mails.front();
    QVERIFY(received.isEncrypted && received.isAuthenticated);
    QCOMPARE(received.raw, mail.bytes);
    QCOMPARE(received.to, QStringLiteral("ada@example.com"));
    QCOMPARE(received.defects, QStringList());
    QCOMPARE(received.headers.count(QStringLiteral("bcc")), std::size_t(0));
    QCOMPARE(received.headers.size(), std::size_t(10));
    QCOMPARE(received.header(QStringLiteral("subject")), QStringLiteral("Neues Passwort für „Engines“ wählen"));
    QCOMPARE(received.header(QStringLiteral("content-language")), QStringLiteral("de"));
    QCOMPARE(QString(received.plain).remove(u'\r').trimmed(), QStringLiteral("Grüße\n.\n-- \nEngines = 请"));
    QCOMPARE(received.html.trimmed(), QStringLiteral("<p>Grüße = \"请\"</p>"));
}

void TestSmtpTransport::sendsWithoutAuthentication()
{
    const SmtpServer server({.tls = "off", .user = {}, .password = {}});
    SmtpTransport transport(optionsFor(server));

    QVERIFY(transport.send(mailTo(QStringLiteral("ada@example.com"))).kind == MailOutcome::Kind::Sent);

    QCOMPARE(server.mails().size(), std::size_t(1));
    QVERIFY(!server.mails().front().isEncrypted && !server.mails().front().isAuthenticated);
}

void TestSmtpTransport::takesAddressesOfAllScripts()
{
    const SmtpServer server;
    SmtpTransport transport(optionsFor(server));

    const MailOutcome outcome = transport.send(mailTo(QStringLiteral("用户@例え.jp")));

    QVERIFY2(outcome.kind == MailOutcome::Kind::Sent, qPrintable(outcome.reason));
    QCOMPARE(server.mails().front().to, QStringLiteral("用户@xn--r8jz45g.jp"));
}

void TestSmtpTransport::saysWhatBecameOfAMail_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("says");
    QTest::newRow("for now") << QStringLiteral("busy-9-ada@example.com") << int(MailOutcome::Kind::Failed) << QStringLiteral("451 4.3.2");
    QTest::newRow("no such person") << QStringLiteral("refused-ada@example.com") << int(MailOutcome::Kind::Refused) << QStringLiteral("550 5.1.1");
    QTest::newRow("us") << QStringLiteral("foreign-ada@example.com") << int(MailOutcome::Kind::Failed) << QStringLiteral("554 5.7.1");
    QTest::newRow("the mail") << QStringLiteral("spam-ada@example.com") << int(MailOutcome::Kind::Refused) << QStringLiteral("554 5.7.1");
}

void TestSmtpTransport::saysWhatBecameOfAMail()
{
    QFETCH(const QString, address);
    QFETCH(const int, kind);
    QFETCH(const QString, says);
    const SmtpServer server;
    SmtpTransport transport(optionsFor(server));

    const MailOutcome outcome = transport.send(mailTo(address));
    const MailOutcome next = transport.send(mailTo(QStringLiteral("grace@example.com")));

    QCOMPARE(int(outcome.kind), kind);
    QVERIFY2(outcome.reason.contains(says), qPrintable(outcome.reason));
    QVERIFY2(!outcome.reason.contains(QStringLiteral("example.com")) && !outcome.reason.contains(QStringLiteral("ada")), qPrintable(outcome.reason));
    QVERIFY2(next.kind == MailOutcome::Kind::Sent, qPrintable(next.reason)); // the others go on
}

void TestSmtpTransport::sendsNothingInTheClear()
{
    const SmtpServer server({.tls = "off", .user = {}, .password = {}});
    SmtpTransport::Options options = optionsFor(server);
    options.tls = SmtpTransport::Tls::Starttls;
    options.user = QStringLiteral("aegis");
    options.password = Secret("secret");

    const MailOutcome outcome = SmtpTransport(options).send(mailTo(QStringLiteral("ada@example.com")));

    QVERIFY(outcome.kind == MailOutcome::Kind::Failed);
    QCOMPARE(server.mails().size(), std::size_t(0));
}

void TestSmtpTransport::tellsNoPasswordInTheClear()
{
    // Somebody in between has taken STARTTLS out of what the server offers, and asks for the password instead.
    const SmtpServer server({.tls = "off"});
    SmtpTransport::Options options = optionsFor(server);
    options.tls = SmtpTransport::Tls::Starttls;

    const MailOutcome outcome = SmtpTransport(options).send(mailTo(QStringLiteral("ada@example.com")));

    QVERIFY(outcome.kind == MailOutcome::Kind::Failed);
    QVERIFY(!server.hasHeardAPassword());
    QCOMPARE(server.mails().size(), std::size_t(0));
    options.tls = SmtpTransport::Tls::Off; // who asks for it is heard: the test can fail
    SmtpTransport(options).send(mailTo(QStringLiteral("ada@example.com")));
    QVERIFY(server.hasHeardAPassword());
}

void TestSmtpTransport::checksTheCertificate()
{
    const SmtpServer server;
    const SmtpServer other;
    SmtpTransport::Options options = optionsFor(server);
    options.caFile = other.caFile();
    SmtpTransport::Options byAddress = optionsFor(server);
    byAddress.host = QStringLiteral("127.0.0.1"); // the certificate is for localhost

    for (const SmtpTransport::Options &wrong : {options, byAddress})
        QVERIFY(SmtpTransport(wrong).send(mailTo(QStringLiteral("ada@example.com"))).kind == MailOutcome::Kind::Failed);

    QCOMPARE(server.mails().size(), std::size_t(0));
}

void TestSmtpTransport::failsWithAWrongPassword()
{
    const SmtpServer server;
    SmtpTransport::Options options = optionsFor(server);
    options.password = Secret("another secret");

    const MailOutcome outcome = SmtpTransport(options).send(mailTo(QStringLiteral("ada@example.com")));

    QVERIFY(outcome.kind == MailOutcome::Kind::Failed); // the operator may mend it: no mail is lost for it
    QVERIFY2(outcome.reason.contains(QStringLiteral("535")) && !outcome.reason.contains(QStringLiteral("secret")), qPrintable(outcome.reason));
}

void TestSmtpTransport::failsWhileTheServerIsAway()
{
    SmtpServer server;
    SmtpTransport transport(optionsFor(server));
    QVERIFY(transport.send(mailTo(QStringLiteral("ada@example.com"))).kind == MailOutcome::Kind::Sent);

    server.kill();
    QVERIFY(transport.send(mailTo(QStringLiteral("ada@example.com"))).kind == MailOutcome::Kind::Failed);
    server.start();
    const MailOutcome again = transport.send(mailTo(QStringLiteral("ada@example.com")));

    QVERIFY2(again.kind == MailOutcome::Kind::Sent, qPrintable(again.reason));
    QCOMPARE(server.mails().size(), std::size_t(2));
}

void TestSmtpTransport::givesUpOnASilentServer()
{
    QTcpServer silent; // takes connections and says nothing
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    SmtpTransport transport({.host = QStringLiteral("127.0.0.1"), .port = silent.serverPort(), .timeout = 300ms});
    const auto begin = std::chrono::steady_clock::now();

    QVERIFY(transport.send(mailTo(QStringLiteral("ada@example.com"))).kind == MailOutcome::Kind::Failed);

    QVERIFY(std::chrono::steady_clock::now() - begin < 20s);
}

void TestSmtpTransport::stopsAtOnce()
{
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    SmtpTransport transport({.host = QStringLiteral("127.0.0.1"), .port = silent.serverPort(), .timeout = 10min});
    std::thread stopper([&] { transport.stop(); });

    QVERIFY(transport.send(mailTo(QStringLiteral("ada@example.com"))).kind == MailOutcome::Kind::Failed);

    stopper.join();
}

void TestSmtpTransport::usesItsConnectionAgain()
{
    SmtpServer server;
    SmtpTransport transport(optionsFor(server));
    for (int i = 0; i < 5; ++i)
        QVERIFY(transport.send(mailTo(QStringLiteral("ada%1@example.com").arg(i))).kind == MailOutcome::Kind::Sent);

    QCOMPARE(server.mails().size(), std::size_t(5));
}

AEGIS_TEST(TestSmtpTransport)
#include "TestSmtpTransport.moc"
