#include "server/db/Connection.h"
#include "server/db/EmbeddedPostgres.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace aegis;

class TestEmbeddedPostgres : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void startsStopsAndStartsAgainWithItsData();
    void refusesASecondServerOnTheSameData();
    void isStartedAgainAfterACrash();
    void isStartedAgainThoughAProcessOfTheOldOneDoesNotEnd();
    void isStartedAgainWhenItsProgramWasReplaced();
    void endsWithAKilledServer();
    void listensOnAPrivateSocketOnly();
    void findsAShorterSocketPathForALongDirectory();
    void saysWhichVersionTheDataNeeds();
    void saysWhoCannotEnterTheDataDirectory();
    void writesNoExpectedErrorIntoItsLog();
    void saysWhyItDoesNotStart();

private:
    EmbeddedPostgres::Options options(const QString &name = QStringLiteral("data")) const
    {
        return {.dataDirectory = m_directory->filePath(name), .programDirectory = {}, .durable = false, .tell = {}};
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

static QString valueOf(const ConnectionString &target, const QByteArray &query)
{
    const auto connection = Connection::open(target, {});
    if (!connection)
        return QStringLiteral("unreachable: ") + connection.problem().internal;
    const Command command{Sql::composed(query), {}};
    const Exchange exchange = (*connection)->exchange({&command, 1});
    if (exchange.error)
        return exchange.error->internal;
    return exchange.answers.front().isEmpty() ? QString() : exchange.answers.front().first().get<QString>(0);
}

static bool isRunning(qint64 process)
{
    QFile state(QStringLiteral("/proc/%1/stat").arg(process));
    return state.open(QIODevice::ReadOnly) && !state.readAll().contains(") Z ");
}

void TestEmbeddedPostgres::init()
{
    m_directory = std::make_unique<QTemporaryDir>(QDir::tempPath() + QStringLiteral("/aegis-test-XXXXXX"));
    chmod(QFile::encodeName(m_directory->path()).constData(), 0711);
}

void TestEmbeddedPostgres::startsStopsAndStartsAgainWithItsData()
{
    auto durable = options();
    durable.durable = true;
    qint64 process = 0;
    {
        const auto first = EmbeddedPostgres::start(durable);
        QVERIFY_RESULT(first);
        process = (*first)->processId();
        valueOf((*first)->administrator(), "create table public.kept as select 42 as number");
    }
    QVERIFY2(!isRunning(process), "it ends with the object");

    QElapsedTimer timer;
    timer.start();
    const auto second = EmbeddedPostgres::start(durable);
    const qint64 took = timer.elapsed();

    QVERIFY_RESULT(second);
    qInfo("the second start took %lld ms", static_cast<long long>(took));
    QVERIFY2(took < 1'000, "an existing cluster starts fast");
    QCOMPARE(valueOf((*second)->administrator(), "select number from public.kept"), QStringLiteral("42"));
    QCOMPARE(valueOf((*second)->administrator(), "select current_setting('data_checksums')"), QStringLiteral("on"));
    QCOMPARE(valueOf((*second)->administrator(), "select current_setting('fsync')"), QStringLiteral("on"));
}

void TestEmbeddedPostgres::refusesASecondServerOnTheSameData()
{
    const auto first = EmbeddedPostgres::start(options());
    QVERIFY_RESULT(first);

    const auto second = EmbeddedPostgres::start(options());

    QVERIFY(!second.ok());
    QVERIFY2(second.problem().detail.contains(QStringLiteral("another aegisd (process %1)").arg(getpid())), qPrintable(second.problem().detail));
    QCOMPARE(valueOf((*first)->administrator(), "select 1"), QStringLiteral("1"));
}

void TestEmbeddedPostgres::isStartedAgainAfterACrash()
{
    std::atomic<int> told{0};
    std::atomic<int> back{0};
    auto telling = options();
    telling.tell = [&](EmbeddedPostgres::Severity severity, const QString &sentence) {
        told += severity == EmbeddedPostgres::Severity::Error && sentence.contains(QStringLiteral("ended unexpectedly (killed by signal 9)")) ? 1 : 0;
        back += severity == EmbeddedPostgres::Severity::Info && sentence.contains(QStringLiteral("takes connections again")) ? 1 : 0;
    };
    const auto postgres = EmbeddedPostgres::start(telling);
    QVERIFY_RESULT(postgres);
    const qint64 before = (*postgres)->processId();

    QCOMPARE(kill(static_cast<pid_t>(before), SIGKILL), 0);

    QTRY_VERIFY_WITH_TIMEOUT((*postgres)->processId() != 0 && (*postgres)->processId() != before, 20'000);
    QCOMPARE(valueOf((*postgres)->administrator(), "select 1"), QStringLiteral("1"));
    QVERIFY(told >= 1);
    QTRY_COMPARE(back, 1);
    QCOMPARE((*postgres)->restarts(), 1);
}

/// While one of the dead server's processes holds the shared memory, no new one starts.
void TestEmbeddedPostgres::isStartedAgainThoughAProcessOfTheOldOneDoesNotEnd()
{
    std::atomic<int> ended{0};
    auto telling = options();
    telling.tell = [&](EmbeddedPostgres::Severity, const QString &sentence) {
        ended += sentence.startsWith(QStringLiteral("1 processes of the PostgreSQL that has ended were still at work")) ? 1 : 0;
    };
    const auto postgres = EmbeddedPostgres::start(telling);
    QVERIFY_RESULT(postgres);
    const auto connection = Connection::open((*postgres)->administrator(), {});
    QVERIFY_RESULT(connection);
    const Command whoAmI{"select pg_backend_pid()", {}};
    const auto backend = static_cast<pid_t>((*connection)->exchange({&whoAmI, 1}).answers.front().first().get<int>(0));
    const qint64 before = (*postgres)->processId();

    QCOMPARE(kill(backend, SIGSTOP), 0); // it never notices that its postmaster is gone
    QCOMPARE(kill(static_cast<pid_t>(before), SIGKILL), 0);

    QTRY_VERIFY_WITH_TIMEOUT((*postgres)->processId() != 0 && (*postgres)->processId() != before, 20'000);
    QCOMPARE(valueOf((*postgres)->administrator(), "select 1"), QStringLiteral("1"));
    QCOMPARE(ended, 1);
    QCOMPARE((*postgres)->restarts(), 1);
}

void TestEmbeddedPostgres::isStartedAgainWhenItsProgramWasReplaced()
{
    // An installation of our own that can be upgraded: PostgreSQL finds its other files from where its program is.
    const QDir installed(QStringLiteral("/usr/lib/postgresql"));
    const QString version = installed.entryList({QStringLiteral("1?")}, QDir::Dirs, QDir::Name).value(0);
    if (version.isEmpty())
        QSKIP("only where PostgreSQL is installed as on Debian");
    const QDir root(m_directory->path());
    const QString bin = root.filePath(QStringLiteral("usr/lib/postgresql/%1/bin").arg(version));
    QVERIFY(root.mkpath(bin) && root.mkpath(QStringLiteral("usr/share/postgresql")));
    QVERIFY(QFile::link(installed.filePath(version + QStringLiteral("/lib")), QDir(bin).filePath(QStringLiteral("../lib"))));
    QVERIFY(QFile::link(QStringLiteral("/usr/share/postgresql/") + version, root.filePath(QStringLiteral("usr/share/postgresql/") + version)));
    const auto install = [&](const QString &program, const QString &as) {
        return QFile::copy(installed.filePath(version + QStringLiteral("/bin/") + program), bin + QLatin1Char('/') + as);
    };
    QVERIFY(install(QStringLiteral("postgres"), QStringLiteral("postgres")) && install(QStringLiteral("initdb"), QStringLiteral("initdb")));
    auto watching = options();
    watching.programDirectory = bin;
    watching.watchTime = std::chrono::milliseconds(50);
    const auto postgres = EmbeddedPostgres::start(watching);
    QVERIFY_RESULT(postgres);
    const qint64 before = (*postgres)->processId();

    QVERIFY(install(QStringLiteral("postgres"), QStringLiteral("postgres.new")));
    QCOMPARE(rename(QFile::encodeName(bin + QStringLiteral("/postgres.new")).constData(),
                    QFile::encodeName(bin + QStringLiteral("/postgres")).constData()),
             0);

    QTRY_VERIFY_WITH_TIMEOUT((*postgres)->processId() != 0 && (*postgres)->processId() != before, 20'000);
    QCOMPARE(valueOf((*postgres)->administrator(), "select 1"), QStringLiteral("1"));
    QCOMPARE(QFile::symLinkTarget(QStringLiteral("/proc/%1/exe").arg((*postgres)->processId())), bin + QStringLiteral("/postgres"));
}

void TestEmbeddedPostgres::endsWithAKilledServer()
{
    const auto given = options();
    // A server of its own: this program again, which is told by its environment to start one and to wait.
    QProcess server;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("AEGIS_TEST_HOLD"), given.dataDirectory);
    server.setProcessEnvironment(environment);
    server.start(QCoreApplication::applicationFilePath(), {QStringLiteral("TestEmbeddedPostgresHolder")});
    QVERIFY(server.waitForStarted());
    qint64 process = 0;
    while (process == 0 && server.waitForReadyRead(30'000)) {
        while (server.canReadLine()) {
            const QByteArray line = server.readLine();
            if (line.startsWith("postgres "))
                process = line.mid(9).trimmed().toLongLong();
        }
    }
    QVERIFY(process > 0 && isRunning(process));

    server.kill();
    QVERIFY(server.waitForFinished());

    const auto next = EmbeddedPostgres::start(given);
    QVERIFY_RESULT(next); // at once: it waits for the predecessor, which is about to end
    QVERIFY2(!isRunning(process), "no orphan is left");
    QCOMPARE(valueOf((*next)->administrator(), "select 1"), QStringLiteral("1"));
}

/// Not a test: what endsWithAKilledServer() kills.
class TestEmbeddedPostgresHolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holds()
    {
        if (!qEnvironmentVariableIsSet("AEGIS_TEST_HOLD"))
            return;
        const auto postgres = EmbeddedPostgres::start(
            {.dataDirectory = qEnvironmentVariable("AEGIS_TEST_HOLD"), .programDirectory = {}, .durable = false, .tell = {}});
        QVERIFY_RESULT(postgres);
        std::printf("postgres %lld\n", static_cast<long long>((*postgres)->processId()));
        std::fflush(stdout);
        for (;;)
            pause();
    }
};

void TestEmbeddedPostgres::listensOnAPrivateSocketOnly()
{
    const auto postgres = EmbeddedPostgres::start(options());
    QVERIFY_RESULT(postgres);

    QCOMPARE(valueOf((*postgres)->administrator(), "select current_setting('listen_addresses')"), QString());
    const QString directory = QString::fromUtf8((*postgres)->administrator().value("host"));
    struct stat entry {};
    QCOMPARE(stat(QFile::encodeName(directory).constData(), &entry), 0);
    QCOMPARE(entry.st_mode & 0777U, 0700U);
    QVERIFY2(geteuid() != 0 || entry.st_uid != 0, "PostgreSQL does not run as root");
    const QString stranger = valueOf((*postgres)->administrator().with("user", "postgres"), "select 1");
    QVERIFY2(stranger.startsWith(QStringLiteral("unreachable")), qPrintable(stranger));
}

void TestEmbeddedPostgres::findsAShorterSocketPathForALongDirectory()
{
    const auto postgres = EmbeddedPostgres::start(options(QString(100, QLatin1Char('x'))));
    QVERIFY_RESULT(postgres);
    const QString directory = QString::fromUtf8((*postgres)->administrator().value("host"));

    QVERIFY2(directory.size() < 90, qPrintable(directory));
    QCOMPARE(valueOf((*postgres)->administrator(), "select 1"), QStringLiteral("1"));
    QFile::remove(directory);
}

void TestEmbeddedPostgres::saysWhichVersionTheDataNeeds()
{
    const auto given = options();
    QVERIFY_RESULT(EmbeddedPostgres::start(given));
    QFile version(given.dataDirectory + QStringLiteral("/postgres/data/PG_VERSION"));
    QVERIFY(version.open(QIODevice::WriteOnly));
    version.write("99\n");
    version.close();

    const auto next = EmbeddedPostgres::start(given);

    QVERIFY(!next.ok());
    QVERIFY2(next.problem().detail.startsWith(QStringLiteral("the data was written by PostgreSQL 99")), qPrintable(next.problem().detail));
}

void TestEmbeddedPostgres::saysWhoCannotEnterTheDataDirectory()
{
    if (geteuid() != 0)
        QSKIP("only root drops to another account");
    const auto given = options();
    QVERIFY(QDir().mkpath(given.dataDirectory));
    chmod(QFile::encodeName(given.dataDirectory).constData(), 0700);

    const auto postgres = EmbeddedPostgres::start(given);

    QVERIFY(!postgres.ok());
    QVERIFY2(postgres.problem().detail.contains(QStringLiteral("cannot enter ") + given.dataDirectory), qPrintable(postgres.problem().detail));
}

void TestEmbeddedPostgres::writesNoExpectedErrorIntoItsLog()
{
    const auto given = options();
    const auto postgres = EmbeddedPostgres::start(given);
    QVERIFY_RESULT(postgres);
    QFile log(given.dataDirectory + QStringLiteral("/postgres/postgres.log"));
    const qint64 before = log.size();

    valueOf((*postgres)->administrator(), "create table public.taken as select 1 as number");
    valueOf((*postgres)->administrator(), "create unique index on public.taken (number)");
    const QString answer = valueOf((*postgres)->administrator(), "insert into public.taken values (1)");

    QVERIFY2(answer.contains(QStringLiteral("23505")) || answer.contains(QStringLiteral("duplicate")), qPrintable(answer));
    QCOMPARE(log.size(), before);
}

void TestEmbeddedPostgres::saysWhyItDoesNotStart()
{
    const auto given = options();
    QVERIFY_RESULT(EmbeddedPostgres::start(given));
    QFile settings(given.dataDirectory + QStringLiteral("/postgres/data/postgresql.conf"));
    QVERIFY(settings.open(QIODevice::Append));
    settings.write("max_connections = 0\n");
    settings.close();

    const auto next = EmbeddedPostgres::start(given);

    QVERIFY(!next.ok());
    const QString reason = next.problem().detail;
    QVERIFY2(reason.contains(QStringLiteral("FATAL:")) && reason.contains(given.dataDirectory + QStringLiteral("/postgres/postgres.log")),
             qPrintable(reason));
    QVERIFY2(reason.size() < 400, qPrintable(reason));
}

AEGIS_TEST(TestEmbeddedPostgres)
AEGIS_TEST(TestEmbeddedPostgresHolder)
#include "TestEmbeddedPostgres.moc"
