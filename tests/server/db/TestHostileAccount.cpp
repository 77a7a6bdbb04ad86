#include "server/db/EmbeddedPostgres.h"
#include "server/db/PostgresProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

using namespace aegis;

/// Root keeps a cluster in a directory that another account can write.
class TestHostileAccount : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void followsNoLinkOfItsAccount_data();
    void followsNoLinkOfItsAccount();
    void signalsNoProcessThatIsNotItsOwn();

private:
    EmbeddedPostgres::Options options() const
    {
        return {.dataDirectory = m_directory->filePath(QStringLiteral("data")), .programDirectory = {}, .durable = false, .tell = {}};
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestHostileAccount::init()
{
    m_directory = std::make_unique<QTemporaryDir>(QDir::tempPath() + QStringLiteral("/aegis-test-XXXXXX"));
    chmod(QFile::encodeName(m_directory->path()).constData(), 0711);
}

void TestHostileAccount::followsNoLinkOfItsAccount_data()
{
    QTest::addColumn<QString>("link");
    QTest::addColumn<bool>("starts");
    QTest::newRow("where initdb works") << QStringLiteral("data.new") << true;
    QTest::newRow("the cluster") << QStringLiteral("data") << false;
    QTest::newRow("the log") << QStringLiteral("postgres.log") << false;
    QTest::newRow("the socket's directory") << QStringLiteral("run") << false;
    QTest::newRow("the lock") << QStringLiteral("lock") << false;
}

/// The account of PostgreSQL puts a link to what belongs to root into its own directory.
void TestHostileAccount::followsNoLinkOfItsAccount()
{
    QFETCH(const QString, link);
    QFETCH(const bool, starts);
    if (geteuid() != 0)
        QSKIP("only root drops to another account");
    const auto given = options();
    const auto account = SystemAccount::choose(given.runAs);
    QVERIFY_RESULT(account);
    const QDir root(m_directory->path());
    const QString victim = root.filePath(QStringLiteral("victim"));
    const auto writeFile = [](const QString &path, const QByteArray &text) {
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    };
    QVERIFY(root.mkpath(victim) && root.mkpath(QStringLiteral("data/postgres")));
    QVERIFY(writeFile(victim + QStringLiteral("/PG_VERSION"), "15\n") && writeFile(victim + QStringLiteral("/file"), "kept FATAL: secret\n"));
    chmod(QFile::encodeName(victim + QStringLiteral("/file")).constData(), 0600);
    chmod(QFile::encodeName(victim).constData(), 0755);
    chmod(QFile::encodeName(given.dataDirectory).constData(), 0711);
    const QString directory = given.dataDirectory + QStringLiteral("/postgres");
    chmod(QFile::encodeName(directory).constData(), 0700);
    QCOMPARE(chown(QFile::encodeName(directory).constData(), account->uid, account->gid), 0);
    const bool isFile = link == QStringLiteral("lock") || link == QStringLiteral("postgres.log");
    const QString target = isFile ? victim + QStringLiteral("/file") : victim;
    const QByteArray path = QFile::encodeName(directory + QLatin1Char('/') + link);
    QCOMPARE(symlink(QFile::encodeName(target).constData(), path.constData()), 0);
    QCOMPARE(lchown(path.constData(), account->uid, account->gid), 0);

    const auto postgres = EmbeddedPostgres::start(given);

    QCOMPARE(postgres.ok(), starts);
    if (!starts)
        QVERIFY2(!postgres.problem().detail.isEmpty() && !postgres.problem().detail.contains(QStringLiteral("secret")),
                 qPrintable(postgres.problem().detail));
    QCOMPARE(QDir(victim).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             (QStringList{QStringLiteral("file"), QStringLiteral("PG_VERSION")}));
    QFile file(victim + QStringLiteral("/file"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("kept FATAL: secret\n"));
    for (const QString &each : {victim, file.fileName()}) {
        struct stat entry {};
        QCOMPARE(stat(QFile::encodeName(each).constData(), &entry), 0);
        QCOMPARE(entry.st_uid, uid_t(0));
        QCOMPARE(entry.st_mode & 0777U, each == victim ? 0755U : 0600U);
    }
}

void TestHostileAccount::signalsNoProcessThatIsNotItsOwn()
{
    const auto given = options();
    QVERIFY_RESULT(EmbeddedPostgres::start(given));
    QProcess other; // works in the cluster's directory, as an administrator's shell may
    other.setWorkingDirectory(given.dataDirectory + QStringLiteral("/postgres/data"));
    other.start(QStringLiteral("sleep"), {QStringLiteral("60")});
    QVERIFY(other.waitForStarted());
    QFile pidFile(given.dataDirectory + QStringLiteral("/postgres/data/postmaster.pid"));
    QVERIFY(pidFile.open(QIODevice::WriteOnly));
    pidFile.write(QByteArray::number(other.processId()) + "\n");
    pidFile.close();

    QElapsedTimer timer;
    timer.start();
    const auto next = EmbeddedPostgres::start(given);
    const qint64 took = timer.elapsed();

    QCOMPARE(other.state(), QProcess::Running);
    QVERIFY(took < 3'000); // it is not waited for
    other.kill();
    other.waitForFinished();
}

AEGIS_TEST(TestHostileAccount)
#include "TestHostileAccount.moc"
