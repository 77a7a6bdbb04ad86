#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace aegis;
using namespace aegis::test;

/// `aegisd import-users` as its operator meets it.
class TestImportUsers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void importsAFile();
    void goesOnAfterItWasKilled();
    void clearsNothing();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void isRefusedWhileTheServerRuns();

private:
    /// A bcrypt hash of `Blue-Lantern-7719-Orchard` is not needed: these people do not log in.
    static QByteArray people(int count)
    {
        QByteArray content = "email,passwordHash\n";
        for (int i = 0; i < count; ++i)
            content += "person" + QByteArray::number(i) + "@example.com,$2b$10$" + QByteArray(53, 'a') + '\n';
        return content;
    }
    static QString write(const DataDirectory &directory, const QByteArray &content)
    {
        const QString path = directory.file(QStringLiteral("people"));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(path));
        return path;
    }
};

void TestImportUsers::importsAFile()
{
    const DataDirectory directory;
    const QString file = write(directory, people(1200) + "nobody,x\n");
    ServerProcess server(directory);

    QCOMPARE(server.run({QStringLiteral("import-users"), file}), 1); // a line was bad

    QVERIFY2(server.output().contains("Done: 1200 imported, 0 had an account already, 1 bad lines."), server.output().constData());
    QVERIFY2(server.errorOutput().contains("line 1202: email: "), server.errorOutput().constData());
    QVERIFY(!server.errorOutput().contains("$2b$"));
    write(directory, people(1201));
    ServerProcess again(directory);
    QCOMPARE(again.run({QStringLiteral("import-users"), file}), 0);
    QVERIFY2(again.output().contains("Done: 1 imported, 1200 had an account already, 0 bad lines."), again.output().constData());
    ServerProcess serving(directory);
    QVERIFY_STARTS(serving);
    QCOMPARE(AdminDatabase(directory).count("select count(*) from aegis.\"user\""), qint64(1201));
    QCOMPARE(AdminDatabase(directory).count("select count(*) from aegis.event where type = 'UserCreated'"), qint64(1201));
}

void TestImportUsers::goesOnAfterItWasKilled()
{
    constexpr int count = 10'000, before = 5000;
    const DataDirectory directory;
    const QByteArray all = people(count) + "nobody,x\n";
    // A file that comes slowly: the import has taken its first half and waits for more.
    const QByteArray slow = QFile::encodeName(directory.file(QStringLiteral("slow")));
    const QByteArray half = people(before);
    QCOMPARE(::mkfifo(slow.constData(), 0600), 0);
    const int pipe = ::open(slow.constData(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    QVERIFY(pipe >= 0 && ::fcntl(pipe, F_SETPIPE_SZ, 1 << 20) >= half.size());
    QCOMPARE(::write(pipe, half.constData(), static_cast<std::size_t>(half.size())), static_cast<ssize_t>(half.size()));
    ServerProcess killed(directory);
    killed.launch({QStringLiteral("import-users"), QFile::decodeName(slow)});
    int left = 0;
    QTRY_VERIFY_WITH_TIMEOUT(::ioctl(pipe, FIONREAD, &left) == 0 && left == 0, 60'000);
    QVERIFY(killed.isRunning());
    killed.kill();
    ::close(pipe);

    ServerProcess again(directory);
    QCOMPARE(again.run({QStringLiteral("import-users"), write(directory, all)}), 1);

    const QRegularExpressionMatch done = QRegularExpression(QStringLiteral("Done: (\\d+) imported, (\\d+) had an account already, 1 bad lines\\."))
                                             .match(QString::fromUtf8(again.output()));
    QVERIFY2(done.hasMatch(), again.output().constData());
    QVERIFY2(again.errorOutput().contains("line 10002: email: "), again.errorOutput().constData());
    const int present = done.captured(2).toInt();
    QVERIFY2(present >= before - 1000 && present <= before && present % 500 == 0, again.output().constData()); // batches are whole or not at all
    QCOMPARE(done.captured(1).toInt(), count - present);
    ServerProcess serving(directory);
    QVERIFY_STARTS(serving);
    QCOMPARE(AdminDatabase(directory).count("select count(*) from aegis.\"user\""), qint64(count));
    QCOMPARE(AdminDatabase(directory).count("select count(*) from aegis.user_profile"), qint64(count));
    QCOMPARE(AdminDatabase(directory).count("select count(*) from aegis.event where type = 'UserCreated'"), qint64(count));
}

// It makes room for the events that it writes. Housekeeping is the servers': it may take long, and takes away.
void TestImportUsers::clearsNothing()
{
    const TestDatabase database = TestCluster::instance().create();
    AdminDatabase administrator(database.administrator);
    administrator.execute("insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) "
                          "select gen_random_uuid(), 'session', gen_random_uuid(), now() - interval '2 days', now() - interval '1 day' "
                          "from generate_series(1, 3)");
    administrator.execute("drop table aegis.event_" + QDateTime::currentDateTimeUtc().addDays(7).toString(QStringLiteral("yyyyMMdd")).toLatin1());
    const DataDirectory directory;
    const ConnectionString &serving = database.serving;
    ServerProcess server(
        directory,
        {{"DATABASE_URL", "postgresql:///" + serving.value("dbname") + "?host=" + serving.value("host") + "&user=" + serving.value("user")}});

    QCOMPARE(server.run({QStringLiteral("import-users"), write(directory, people(3))}), 0);

    QVERIFY2(server.output().contains("Done: 3 imported"), server.output().constData());
    QCOMPARE(administrator.count("select count(*) from aegis.revocation"), qint64(3));
    QCOMPARE(administrator.count("select count(*) from aegis.job_lease"), qint64(0));
    QCOMPARE(administrator.count("select count(to_regclass('aegis.event_' || to_char(now() at time zone 'UTC' + interval '7 days', 'YYYYMMDD')))"),
             qint64(1));
}

void TestImportUsers::saysWhatIsWrong_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no such file") << QStringLiteral("/nowhere/people.csv") << QByteArray() << QByteArray("/nowhere/people.csv cannot be read");
    QTest::newRow("other columns") << QString() << QByteArray("user,pass\n") << QByteArray("The first line must name the columns");
}

void TestImportUsers::saysWhatIsWrong()
{
    QFETCH(const QString, file);
    QFETCH(const QByteArray, content);
    QFETCH(const QByteArray, says);
    const DataDirectory directory;
    ServerProcess server(directory);

    QCOMPARE(server.run({QStringLiteral("import-users"), file.isEmpty() ? write(directory, content) : file}), 1);

    QVERIFY2(server.errorOutput().contains(says), server.errorOutput().constData());
}

void TestImportUsers::isRefusedWhileTheServerRuns()
{
    const DataDirectory directory;
    const QString file = write(directory, people(3));
    ServerProcess serving(directory);
    QVERIFY_STARTS(serving);
    ServerProcess server(directory);

    QCOMPARE(server.run({QStringLiteral("import-users"), file}), 1);

    QVERIFY2(server.errorOutput().contains("already uses the data directory"), server.errorOutput().constData());
    ApiClient client(serving.port());
    QCOMPARE(client.signup("ada").status, 201);
}

AEGIS_TEST(TestImportUsers)
#include "TestImportUsers.moc"
