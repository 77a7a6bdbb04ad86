#include "tests/process/MailDeliveries.h"
#include "tests/support/TestMain.h"

#include <QtCore/QSet>

using namespace aegis::test;

/// What comes of mails while the server, or the mail server, is killed.
class TestMailAfterKills : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesOnceTheMailServerIsBack();
    void losesNoneWhenTheMailServerDiesInTheMiddle();
    void comesAgainWhenTheServerWasKilledBeforeItKnew();
    void comesOnceWhenTheServerWasKilledBeforeItSent();
    void losesNoneWhenTheServerIsKilled();
};

void TestMailAfterKills::comesOnceTheMailServerIsBack()
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

void TestMailAfterKills::losesNoneWhenTheMailServerDiesInTheMiddle()
{
    SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails));
    QVERIFY_STARTS(server);
    const QByteArrayList names{"dying-ada", "grace", "late-bob", "mary"};
    for (const QByteArray &name : names)
        QVERIFY(signUp(server, name));

    for (const QByteArray &name : names)
        QVERIFY(askFor(server, name));

    const auto revive = [&] {
        if (!mails.isRunning())
            mails.start();
        return true;
    };
    AdminDatabase database(directory);
    const auto left = [&] { return database.count("select (select count(*) from aegis.mail_outbox) + (select count(*) from aegis.mail_request)"); };
    QTRY_VERIFY_WITH_TIMEOUT(revive() && left() == 0, 30'000);
    QStringList all = recipients(mails);
    all.sort();
    QCOMPARE(all,
             (QStringList{QStringLiteral("dying-ada@example.com"), QStringLiteral("grace@example.com"), QStringLiteral("late-bob@example.com"),
                          QStringLiteral("late-bob@example.com"), QStringLiteral("mary@example.com")}));
    QSet<QString> ids;
    for (const ReceivedMail &mail : mails.mails())
        ids.insert(mail.header(QStringLiteral("message-id")));
    QCOMPARE(ids.size(), 4); // the one that came twice says that it is one
}

void TestMailAfterKills::comesAgainWhenTheServerWasKilledBeforeItKnew()
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

void TestMailAfterKills::comesOnceWhenTheServerWasKilledBeforeItSent()
{
    SmtpServer mails;
    const DataDirectory directory;
    ServerProcess server(directory, settingsFor(mails, {{"MAIL_LEASE", "2s"}, {"MAIL_SEND_TIMEOUT", "1500ms"}}));
    mails.kill();
    QVERIFY_STARTS(server);
    QVERIFY(signUp(server, "ada"));
    QVERIFY(askFor(server, "ada"));
    QTRY_COMPARE_WITH_TIMEOUT(AdminDatabase(directory).count("select count(*) from aegis.mail_outbox"), qint64(1), 20'000);

    server.kill();
    mails.start();
    QVERIFY_STARTS(server);

    QTRY_COMPARE_WITH_TIMEOUT(AdminDatabase(directory).count("select count(*) from aegis.mail_outbox"), qint64(0), 20'000);
    QCOMPARE(recipients(mails), QStringList{QStringLiteral("ada@example.com")});
    ApiClient client(server.port());
    QCOMPARE(client
                 .post("/auth/password/reset",
                       {{QStringLiteral("token"), QString::fromLatin1(mails.mails().front().token())},
                        {QStringLiteral("newPassword"), QStringLiteral("Quiet-Harbour-81-Lantern")}})
                 .status,
             204);
}

void TestMailAfterKills::losesNoneWhenTheServerIsKilled()
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

AEGIS_TEST(TestMailAfterKills)
#include "TestMailAfterKills.moc"
