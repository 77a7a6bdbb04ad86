#include "tests/process/MailDeliveries.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>

using namespace aegis::test;

/// From the call to a real mail server, or into files.
class TestMailDelivery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesThroughABusyServer();
    void givesUpWhatIsRefused();
    void triesAgainWhenARelayDoesNotTakeItFromUs();
    void waitsForAConnectionThatCanBeTrusted_data();
    void waitsForAConnectionThatCanBeTrusted();
    void endsAndBeginsWhileTheMailServerIsSilent();
    void keepsMailsAsFilesWithoutAMailServer();
};

void TestMailDelivery::comesThroughABusyServer()
{
    const SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails));
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "busy-2-ada"));

    QVERIFY(askFor(server, "busy-2-ada"));

    QTRY_COMPARE_WITH_TIMEOUT(mails.mails().size(), std::size_t(1), 20'000);
    const ReceivedMail mail = mails.mails().front();
    QVERIFY(mail.isEncrypted && mail.isAuthenticated);
    QCOMPARE(mail.defects, QStringList());
    QCOMPARE(mail.header(QStringLiteral("subject")), QStringLiteral("Choose a new password for Analytical Engines"));
    const auto sent = server.waitForEvent(QStringLiteral("mail_sent"));
    QVERIFY(sent);
    QCOMPARE(sent->value(QLatin1String("attempts")).toInt(), 3);
    ApiClient client(server.port());
    QCOMPARE(client
                 .post("/auth/password/reset",
                       {{QStringLiteral("token"), QString::fromLatin1(mail.token())},
                        {QStringLiteral("newPassword"), QStringLiteral("Quiet-Harbour-81-Lantern")}})
                 .status,
             204);
    QVERIFY2(!server.errorOutput().contains("example.com") && !server.errorOutput().contains(mail.token()), server.errorOutput().constData());
    QVERIFY(!server.errorOutput().contains(mails.options().password.toUtf8()));
}

void TestMailDelivery::givesUpWhatIsRefused()
{
    const SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails));
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "refused-ada") && signUp(server, "spam-ada") && signUp(server, "grace"));

    QVERIFY(askFor(server, "refused-ada") && askFor(server, "spam-ada") && askFor(server, "grace"));

    QTRY_COMPARE_WITH_TIMEOUT(server.errorOutput().count("\"mail_given_up\""), 2, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(recipients(mails), QStringList{QStringLiteral("grace@example.com")}, 20'000);
    QVERIFY(server.errorOutput().contains("550 5.1.1") && server.errorOutput().contains("554 5.7.1"));
    QVERIFY(!server.errorOutput().contains("refused-ada@"));
    QTRY_COMPARE(AdminDatabase(directory).count("select count(*) from aegis.mail_outbox"), qint64(0));
}

// What it says at RCPT, 554 5.7.1, is about us and for the operator to mend.
void TestMailDelivery::triesAgainWhenARelayDoesNotTakeItFromUs()
{
    const SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails));
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "foreign-ada") && signUp(server, "grace"));

    QVERIFY(askFor(server, "foreign-ada") && askFor(server, "grace"));

    QTRY_VERIFY_WITH_TIMEOUT(server.errorOutput().count("\"mail_retried\"") >= 3, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(recipients(mails), QStringList{QStringLiteral("grace@example.com")}, 20'000); // the others go on
    QVERIFY2(server.errorOutput().contains("554 5.7.1") && !server.errorOutput().contains("\"mail_given_up\""), server.errorOutput().constData());
    QTRY_COMPARE(AdminDatabase(directory).count("select count(*) from aegis.mail_outbox"), qint64(1));
}

void TestMailDelivery::waitsForAConnectionThatCanBeTrusted_data()
{
    QTest::addColumn<QByteArray>("offered");
    QTest::addColumn<bool>("isItsOwnCertificate");
    QTest::newRow("STARTTLS is not offered") << QByteArray("off") << true;
    QTest::newRow("another certificate") << QByteArray("starttls") << false;
    QTest::newRow("another certificate, TLS from the first byte") << QByteArray("implicit") << false;
}

void TestMailDelivery::waitsForAConnectionThatCanBeTrusted()
{
    QFETCH(const QByteArray, offered);
    QFETCH(const bool, isItsOwnCertificate);
    const SmtpServer mails({.tls = offered});
    const SmtpServer other;
    ServerProcess::Environment more;
    if (offered == "off")
        more["SMTP_TLS"] = "starttls";
    if (!isItsOwnCertificate)
        more["SMTP_CA_FILE"] = other.caFile().toUtf8();
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails, more));
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "ada"));

    QVERIFY(askFor(server, "ada"));

    QTRY_VERIFY_WITH_TIMEOUT(server.errorOutput().count("\"mail_retried\"") >= 2, 20'000);
    QCOMPARE(mails.mails().size(), std::size_t(0));
    QVERIFY(!mails.hasHeardAPassword());
    QCOMPARE(AdminDatabase(directory).count("select count(*) from aegis.mail_outbox"), qint64(1)); // it is not lost either
}

void TestMailDelivery::endsAndBeginsWhileTheMailServerIsSilent()
{
    const SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails));
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "silent-grace"));
    QVERIFY(askFor(server, "silent-grace"));
    QTRY_VERIFY_WITH_TIMEOUT(!mails.mails().empty(), 20'000);

    QCOMPARE(server.stop().value_or(-1), 0); // well before MAIL_SEND_TIMEOUT, 30 seconds
    QVERIFY_STARTS(server);                  // with a mail to send at once
    QTRY_COMPARE_WITH_TIMEOUT(mails.mails().size(), std::size_t(2), 20'000);
    QCOMPARE(server.stop().value_or(-1), 0);
}

void TestMailDelivery::keepsMailsAsFilesWithoutAMailServer()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"MAIL_POLL", "20ms"}});
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "ada"));

    QVERIFY(askFor(server, "ada"));

    const QDir mailbox(directory.file(QStringLiteral("mail/new")));
    QTRY_COMPARE_WITH_TIMEOUT(mailbox.entryList(QDir::Files).size(), 1, 20'000);
}

AEGIS_TEST(TestMailDelivery)
#include "TestMailDelivery.moc"
