#include "server/mail/MaildirTransport.h"
#include "tests/server/mail/SampleMails.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

using namespace aegis;
using namespace aegis::test;

class TestMaildirTransport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void keepsMailsForItsAccountOnly();
    void keepsOneThatComesAgainOnce();
    void finishesWhatWasKilled();
    void refusesAPlaceOfOthers_data();
    void refusesAPlaceOfOthers();
    void failsWithoutRoom();

private:
    QString path(const char *below = "") const { return m_directory->path() + QStringLiteral("/mail") + QLatin1String(below); }
    static int modeOf(const QString &path)
    {
        struct stat status {};
        return ::lstat(QFile::encodeName(path).constData(), &status) == 0 ? int(status.st_mode & 07777) : -1;
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestMaildirTransport::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
}

void TestMaildirTransport::keepsMailsForItsAccountOnly()
{
    MaildirTransport transport(path());
    const MailMessage mail = mailTo(QStringLiteral("ada@example.com"));

    QVERIFY(transport.send(mail).kind == MailOutcome::Kind::Sent);

    for (const char *part : {"", "/tmp", "/new", "/cur"})
        QCOMPARE(modeOf(path(part)), 0700);
    const QStringList files = QDir(path("/new")).entryList(QDir::Files);
    QCOMPARE(files.size(), 1);
    QCOMPARE(modeOf(path("/new/") + files.first()), 0600);
    QVERIFY(QDir(path("/tmp")).isEmpty());
    const auto kept = MailBox(m_directory->path()).to("ada@example.com");
    QCOMPARE(kept.size(), std::size_t(1));
    QCOMPARE(kept.front().header(QStringLiteral("subject")), QStringLiteral("Neues Passwort für „Engines“ wählen"));
    QCOMPARE(kept.front().plain.trimmed(), QStringLiteral("Grüße\n.\n-- \nEngines = 请"));
    QCOMPARE(kept.front().html.trimmed(), QStringLiteral("<p>Grüße = \"请\"</p>"));
    QCOMPARE(kept.front().header(QStringLiteral("date")), QStringLiteral("Mon, 30 Nov 2026 08:55:00 +0000"));
    QCOMPARE(kept.front().header(QStringLiteral("auto-submitted")), QStringLiteral("auto-generated"));
    QCOMPARE(kept.front().header(QStringLiteral("message-id")), QStringLiteral("<%1@engines.example>").arg(QString::fromLatin1(mail.id.text())));
}

void TestMaildirTransport::keepsOneThatComesAgainOnce()
{
    const MailMessage mail = mailTo(QStringLiteral("ada@example.com"));

    for (int i = 0; i < 3; ++i)
        QVERIFY(MaildirTransport(path()).send(mail).kind == MailOutcome::Kind::Sent);

    QCOMPARE(MailBox(m_directory->path()).to("ada@example.com").size(), std::size_t(1));
}

void TestMaildirTransport::finishesWhatWasKilled()
{
    const MailMessage mail = mailTo(QStringLiteral("ada@example.com"));
    QVERIFY(MaildirTransport(path()).send(mailTo(QStringLiteral("other@example.com"))).kind == MailOutcome::Kind::Sent);
    QFile half(path("/tmp/%1.%2.aegis").arg(toUnixSeconds(mail.date)).arg(QString::fromLatin1(mail.id.text())));
    QVERIFY(half.open(QIODevice::WriteOnly) && half.write("Date: Mo") == 8);
    half.close();

    QVERIFY(MaildirTransport(path()).send(mail).kind == MailOutcome::Kind::Sent);

    QCOMPARE(MailBox(m_directory->path()).to("ada@example.com").size(), std::size_t(1));
    QVERIFY(QDir(path("/tmp")).isEmpty());
}

void TestMaildirTransport::refusesAPlaceOfOthers_data()
{
    QTest::addColumn<QString>("place");
    QTest::newRow("the maildir") << QString();
    QTest::newRow("new") << QStringLiteral("/new");
    QTest::newRow("tmp") << QStringLiteral("/tmp");
}

void TestMaildirTransport::refusesAPlaceOfOthers()
{
    QFETCH(const QString, place);
    const QString whole = path() + place;
    if (!place.isEmpty())
        QVERIFY(QDir().mkdir(path()) && ::chmod(QFile::encodeName(path()).constData(), 0700) == 0);
    const MailMessage mail = mailTo(QStringLiteral("ada@example.com"));

    QVERIFY(QDir().mkdir(whole) && ::chmod(QFile::encodeName(whole).constData(), 0755) == 0);
    QVERIFY(MaildirTransport(path()).send(mail).kind == MailOutcome::Kind::Failed); // others can read it
    QVERIFY(::rmdir(QFile::encodeName(whole).constData()) == 0);

    QTemporaryDir elsewhere;
    QVERIFY(::symlink(QFile::encodeName(elsewhere.path()).constData(), QFile::encodeName(whole).constData()) == 0);
    const MailOutcome outcome = MaildirTransport(path()).send(mail);
    QVERIFY(outcome.kind == MailOutcome::Kind::Failed);
    QVERIFY2(!outcome.reason.contains(QStringLiteral("example.com")), qPrintable(outcome.reason));
    QVERIFY(QDir(elsewhere.path()).isEmpty());
}

void TestMaildirTransport::failsWithoutRoom()
{
    QFile file(path());
    QVERIFY(file.open(QIODevice::WriteOnly)); // where the directory should be

    QVERIFY(MaildirTransport(path()).send(mailTo(QStringLiteral("ada@example.com"))).kind == MailOutcome::Kind::Failed);
}

AEGIS_TEST(TestMaildirTransport)
#include "TestMaildirTransport.moc"
