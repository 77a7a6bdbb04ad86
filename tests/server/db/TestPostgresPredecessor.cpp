#include "server/db/Connection.h"
#include "server/db/EmbeddedPostgres.h"
#include "server/db/PostgresPredecessor.h"
#include "server/db/PostgresProcess.h"
#include "server/db/PostgresPrograms.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

using namespace aegis;
using namespace std::chrono_literals;

class TestPostgresPredecessor : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void leavesOneThatSomebodyElseHasStarted_data();
    void leavesOneThatSomebodyElseHasStarted();
    void asksALeftoverOfAKilledServerToEnd();
    void readsItsOwnMarkOnly_data();
    void readsItsOwnMarkOnly();
    void tellsAProcessFromALaterOneWithItsNumber();

private:
    EmbeddedPostgres::Options options(std::function<void(EmbeddedPostgres::Severity, const QString &)> tell = {}) const
    {
        return {.dataDirectory = m_directory->filePath(QStringLiteral("data")), .programDirectory = {}, .durable = false, .tell = std::move(tell)};
    }
    QString lockFile() const { return m_directory->filePath(QStringLiteral("data/postgres/lock")); }
    QString cluster() const { return m_directory->filePath(QStringLiteral("data/postgres/data")); }

    /// As an administrator would, on the cluster of options(); it takes connections soon.
    Result<PostgresProcess> startByHand() const
    {
        TRY(const PostgresPrograms programs, PostgresPrograms::find({}, 0));
        TRY(const SystemAccount account, SystemAccount::choose(QStringLiteral("postgres")));
        return PostgresProcess::start({QFile::encodeName(programs.directory) + "/postgres", "-D", QFile::encodeName(cluster())}, account,
                                      QFile::encodeName(m_directory->filePath(QStringLiteral("data/postgres/by-hand.log"))));
    }
    bool writeLock(const QByteArray &mark) const
    {
        QFile lock(lockFile());
        return lock.open(QIODevice::WriteOnly | QIODevice::Truncate) && lock.write("1\n" + mark + '\n') > 0;
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

static bool answers(const ConnectionString &target)
{
    const auto connection = Connection::open(target, {});
    if (!connection)
        return false;
    const Command command{"select 1", {}};
    return !(*connection)->exchange({&command, 1}).error;
}

void TestPostgresPredecessor::init()
{
    m_directory = std::make_unique<QTemporaryDir>(QDir::tempPath() + QStringLiteral("/aegis-test-XXXXXX"));
    chmod(QFile::encodeName(m_directory->path()).constData(), 0711);
}

void TestPostgresPredecessor::leavesOneThatSomebodyElseHasStarted_data()
{
    QTest::addColumn<bool>("hasOurNumber");
    QTest::newRow("beside the one that we had") << false;
    QTest::newRow("with the number that ours had") << true;
}

void TestPostgresPredecessor::leavesOneThatSomebodyElseHasStarted()
{
    QFETCH(const bool, hasOurNumber);
    ConnectionString target;
    {
        const auto first = EmbeddedPostgres::start(options());
        QVERIFY_RESULT(first);
        target = (*first)->administrator();
    }
    auto byHand = startByHand();
    QVERIFY_RESULT(byHand);
    QTRY_VERIFY_WITH_TIMEOUT(answers(target), 20'000);
    if (hasOurNumber)
        QVERIFY(writeLock(ProcessMark{byHand->id(), 1}.text()));
    QStringList told;

    const auto next = EmbeddedPostgres::start(options([&](EmbeddedPostgres::Severity, const QString &sentence) { told.append(sentence); }));

    QVERIFY(!next.ok());
    const QString reason = next.problem().detail;
    QVERIFY2(reason.startsWith(QStringLiteral("PostgreSQL (process %1) was started by somebody else").arg(byHand->id())), qPrintable(reason));
    QVERIFY2(reason.contains(QStringLiteral("stop it first")), qPrintable(reason));
    QCOMPARE(told, QStringList());
    QVERIFY(!byHand->waitForEnd(0ms));
    QVERIFY(answers(target));
    byHand->stop();
    QVERIFY_RESULT(EmbeddedPostgres::start(options()));
}

void TestPostgresPredecessor::asksALeftoverOfAKilledServerToEnd()
{
    ConnectionString target;
    {
        const auto first = EmbeddedPostgres::start(options());
        QVERIFY_RESULT(first);
        target = (*first)->administrator();
    }
    auto leftover = startByHand();
    QVERIFY_RESULT(leftover);
    QTRY_VERIFY_WITH_TIMEOUT(answers(target), 20'000);
    QVERIFY(writeLock(ProcessMark::of(leftover->id()).text())); // as an aegisd would have that has started it
    QStringList told;

    const auto next = EmbeddedPostgres::start(options([&](EmbeddedPostgres::Severity, const QString &sentence) { told.append(sentence); }));

    QVERIFY_RESULT(next);
    QVERIFY(leftover->waitForEnd(0ms));
    QCOMPARE(leftover->failure(), QString()); // it was asked, not killed
    QCOMPARE(told, QStringList{QStringLiteral("PostgreSQL (process %1), which an earlier aegisd has left, was asked to end").arg(leftover->id())});
    QVERIFY(answers((*next)->administrator()));
}

void TestPostgresPredecessor::readsItsOwnMarkOnly_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("id");
    QTest::newRow("its own") << ProcessMark{17, 23}.text() << 17;
    QTest::newRow("nothing") << QByteArray() << 0;
    QTest::newRow("an older lock, without one") << QByteArray("17") << 0;
    QTest::newRow("no number") << QByteArray("postgres x 23") << 0;
    QTest::newRow("everybody's") << QByteArray("postgres -1 23") << 0;
    QTest::newRow("no time") << QByteArray("postgres 17") << 0;
    QTest::newRow("more") << QByteArray("postgres 17 23 42") << 0;
}

void TestPostgresPredecessor::readsItsOwnMarkOnly()
{
    QFETCH(const QByteArray, text);
    QFETCH(const int, id);

    QCOMPARE(ProcessMark::parse(text).id, id);
}

void TestPostgresPredecessor::tellsAProcessFromALaterOneWithItsNumber()
{
    const ProcessMark self = ProcessMark::of(getpid());

    QCOMPARE(self.id, getpid());
    QVERIFY(self.begun > 0);
    QVERIFY(ProcessMark::parse(self.text()) == self);
    QVERIFY(ProcessMark::of(getpid()) == self);
    QVERIFY(!(ProcessMark::of(getppid()) == self));
    QVERIFY(ProcessMark::of(0) == ProcessMark{});
}

AEGIS_TEST(TestPostgresPredecessor)
#include "TestPostgresPredecessor.moc"
