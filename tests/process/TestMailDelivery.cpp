#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/SmtpServer.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>

using namespace aegis::test;

/// From the call to the mail server, with a real one, while processes die.
class TestMailDelivery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesThroughABusyServer();
    void comesOnceTheMailServerIsBack();
    void givesUpWhatIsRefused();
    void comesAgainWhenTheServerWasKilledBeforeItKnew();
    void losesNoneWhenTheServerIsKilled();
    void endsWhileTheMailServerIsSilent();
    void keepsMailsAsFilesWithoutAMailServer();

private:
    static ServerProcess::Environment settingsFor(const SmtpServer &mails, const ServerProcess::Environment &more = {})
    {
        ServerProcess::Environment settings = mails.settings();
        settings["MAIL_RETRY_FIRST"] = "50ms";
        for (const auto &[name, value] : more)
            settings[name] = value;
        return settings;
    }
    static bool askFor(const ServerProcess &server, const QByteArray &name)
    {
        ApiClient client(server.port());
        return client.post("/auth/password/forgot", {{QStringLiteral("email"), ApiClient::email(name)}}).status == 202;
    }
    static bool signUp(const ServerProcess &server, const QByteArray &name)
    {
        ApiClient client(server.port());
        return client.signup(name).status == 201;
    }
    static QStringList recipients(const SmtpServer &mails)
    {
        QStringList all;
        for (const ReceivedMail &mail : mails.mails())
            all.append(mail.to);
        return all;
    }
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

void TestMailDelivery::comesOnceTheMailServerIsBack()
{
    SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails));
    mails.kill();
    QVERIFY_STARTS(server); // the start does not wait for it
    QVERIFY(signUp(server, "patient"));
    QVERIFY(askFor(server, "patient"));
    QVERIFY(server.waitForEvent(QStringLiteral("mail_retried")));

    mails.start();

    QTRY_COMPARE_WITH_TIMEOUT(recipients(mails), QStringList{QStringLiteral("patient@example.com")}, 20'000);
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

void TestMailDelivery::comesAgainWhenTheServerWasKilledBeforeItKnew()
{
    const SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails, {{"MAIL_LEASE", "2s"}, {"MAIL_SEND_TIMEOUT", "1500ms"}}));
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "silent-ada"));
    QVERIFY(askFor(server, "silent-ada"));
    QTRY_VERIFY_WITH_TIMEOUT(!mails.mails().empty(), 20'000);

    server.kill(); // the mail is taken, and the row is still there
    QVERIFY_STARTS(server);

    QTRY_VERIFY_WITH_TIMEOUT(mails.mails().size() >= 2, 20'000);
    const auto all = mails.mails();
    QVERIFY(!all[0].header(QStringLiteral("message-id")).isEmpty());
    QCOMPARE(all[1].header(QStringLiteral("message-id")), all[0].header(QStringLiteral("message-id")));
    QCOMPARE(all[1].raw, all[0].raw);
}

void TestMailDelivery::losesNoneWhenTheServerIsKilled()
{
    const SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails, {{"MAIL_LEASE", "2s"}, {"MAIL_SEND_TIMEOUT", "1500ms"}}));
    QVERIFY_STARTS(server);
    constexpr int people = 12;
    for (int i = 0; i < people; ++i)
        QVERIFY(signUp(server, "person" + QByteArray::number(i)));

    QSet<QString> wanted;
    for (int i = 0; i < people; ++i) {
        QVERIFY(askFor(server, "person" + QByteArray::number(i))); // answered, so it must come
        wanted.insert(QStringLiteral("person%1@example.com").arg(i));
        if (i % 4 == 3) {
            server.kill();
            QVERIFY_STARTS(server);
        }
    }

    const auto arrived = [&] {
        const QStringList all = recipients(mails);
        return QSet<QString>(all.begin(), all.end());
    };
    QTRY_COMPARE_WITH_TIMEOUT(arrived(), wanted, 40'000);
    QTRY_COMPARE_WITH_TIMEOUT(AdminDatabase(directory).count("select count(*) from aegis.mail_outbox"), qint64(0), 20'000);
    QCOMPARE(AdminDatabase(directory).brokenRules(), QStringList());
}

void TestMailDelivery::endsWhileTheMailServerIsSilent()
{
    const SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails));
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "silent-grace"));
    QVERIFY(askFor(server, "silent-grace"));
    QTRY_VERIFY_WITH_TIMEOUT(!mails.mails().empty(), 20'000);

    QCOMPARE(server.stop().value_or(-1), 0); // well before MAIL_SEND_TIMEOUT, 30 seconds
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
