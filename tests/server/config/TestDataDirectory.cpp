#include "server/config/DataDirectory.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>
#include <unistd.h>

using namespace aegis;

/// Accounts beside the test's own need root; where the tests do not run as root, what belongs to root stands in.
class TestDataDirectory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void makesWhatIsMissing_data();
    void makesWhatIsMissing();
    void takesADirectoryOfItsOwn_data();
    void takesADirectoryOfItsOwn();
    void followsALinkOfItsOwn();
    void refusesWhatIsNoDirectory_data();
    void refusesWhatIsNoDirectory();
    void refusesWhatCannotBeMade();
    void refusesADirectoryThatOthersCanWrite_data();
    void refusesADirectoryThatOthersCanWrite();
    void refusesASharedDirectory();
    void refusesADirectoryOfAnotherAccount();
    void refusesALinkOfAnotherAccount();
    void refusesADirectoryThatItCannotWrite();

private:
    static constexpr uid_t nobody = 65534;

    QString path(const char *name) const { return m_directory->filePath(QLatin1String(name)); }
    QByteArray encoded(const char *name) const { return QFile::encodeName(path(name)); }
    static int modeOf(const QString &path)
    {
        struct stat status {};
        return ::lstat(QFile::encodeName(path).constData(), &status) == 0 ? int(status.st_mode & 07777) : -1;
    }
    static QByteArray reasonOf(const Result<void> &result)
    {
        if (result)
            return "it was taken";
        return result.problem().fields.size() == 1 && result.problem().fields.front().field == QStringLiteral("DATA_DIR")
            ? result.problem().detail.toUtf8()
            : "the setting is not named";
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

#define VERIFY_REFUSED(where, ...)                                                                          \
    do {                                                                                                    \
        const QByteArray reason = reasonOf(prepareDataDirectory(where, false));                             \
        for (const QString &part : QStringList{QStringLiteral("DATA_DIR is '%1'").arg(where), __VA_ARGS__}) \
            QVERIFY2(reason.contains(part.toUtf8()), (reason + " lacks: " + part.toUtf8()).constData());    \
    } while (false)

void TestDataDirectory::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
}

void TestDataDirectory::makesWhatIsMissing_data()
{
    QTest::addColumn<bool>("othersPass");
    QTest::addColumn<int>("mode");
    QTest::newRow("for itself") << false << 0700;
    QTest::newRow("with PostgreSQL's account passing through") << true << 0711;
}

void TestDataDirectory::makesWhatIsMissing()
{
    QFETCH(const bool, othersPass);
    QFETCH(const int, mode);
    const mode_t before = ::umask(0002);
    const auto restore = qScopeGuard([&] { ::umask(before); });

    QVERIFY_RESULT(prepareDataDirectory(path("deep/down/data"), othersPass));

    QCOMPARE(modeOf(path("deep/down/data")), mode);
    QVERIFY((modeOf(path("deep/down")) & 0022) == 0);
    QVERIFY_RESULT(prepareDataDirectory(path("deep/down/data"), othersPass)); // the next start
}

void TestDataDirectory::takesADirectoryOfItsOwn_data()
{
    QTest::addColumn<int>("mode");
    for (const int mode : {0700, 0711, 0750, 0755})
        QTest::addRow("%o", mode) << mode;
}

void TestDataDirectory::takesADirectoryOfItsOwn()
{
    QFETCH(const int, mode);
    QVERIFY(::mkdir(encoded("data").constData(), 0700) == 0 && ::chmod(encoded("data").constData(), static_cast<mode_t>(mode)) == 0);

    QVERIFY_RESULT(prepareDataDirectory(path("data"), false));

    QCOMPARE(modeOf(path("data")), mode);
}

void TestDataDirectory::followsALinkOfItsOwn()
{
    QVERIFY(QDir().mkpath(path("disk")));
    QVERIFY(::symlink("./disk/../disk", encoded("link").constData()) == 0);
    QVERIFY(::symlink(encoded("link").constData(), encoded("absolute").constData()) == 0);

    QVERIFY_RESULT(prepareDataDirectory(path("absolute/data"), false));

    QCOMPARE(modeOf(path("disk/data")), 0700);
}

void TestDataDirectory::refusesWhatIsNoDirectory_data()
{
    QTest::addColumn<QString>("below");
    QTest::addColumn<QString>("says");
    QTest::newRow("a file") << QString() << QStringLiteral("no directory");
    QTest::newRow("below a file") << QStringLiteral("/data") << QStringLiteral("cannot be reached");
}

void TestDataDirectory::refusesWhatIsNoDirectory()
{
    QFETCH(const QString, below);
    QFETCH(const QString, says);
    QFile file(path("file"));
    QVERIFY(file.open(QIODevice::WriteOnly));

    VERIFY_REFUSED(path("file") + below, says, QStringLiteral("a place where one can be made"));
}

void TestDataDirectory::refusesWhatCannotBeMade()
{
    VERIFY_REFUSED(QStringLiteral("/proc/nowhere/data"), QStringLiteral("cannot be made"), QStringLiteral("can write"));

    QVERIFY(::symlink("loop", encoded("loop").constData()) == 0);
    VERIFY_REFUSED(path("loop"), QStringLiteral("lead nowhere"));
}

void TestDataDirectory::refusesADirectoryThatOthersCanWrite_data()
{
    QTest::addColumn<int>("mode");
    for (const int mode : {0777, 0770, 0720, 0702, 02775})
        QTest::addRow("%o", mode) << mode;
}

void TestDataDirectory::refusesADirectoryThatOthersCanWrite()
{
    QFETCH(const int, mode);
    QVERIFY(::mkdir(encoded("data").constData(), 0700) == 0 && ::chmod(encoded("data").constData(), static_cast<mode_t>(mode)) == 0);

    VERIFY_REFUSED(path("data"), QStringLiteral("`chmod 700 %1`").arg(path("data")));

    QCOMPARE(modeOf(path("data")), mode); // whose files are in it, the operator has to look
    const QByteArray reason = reasonOf(prepareDataDirectory(path("data"), true));
    QVERIFY2(reason.contains("`chmod 711 "), reason.constData());
}

void TestDataDirectory::refusesASharedDirectory()
{
    QVERIFY(::mkdir(encoded("data").constData(), 0700) == 0 && ::chmod(encoded("data").constData(), 01777) == 0);

    for (const QString &shared : {path("data"), QStringLiteral("/tmp")}) // of its own, and root's
        VERIFY_REFUSED(shared, QStringLiteral("other accounts can write"), QStringLiteral("a new one below it"));
}

void TestDataDirectory::refusesADirectoryOfAnotherAccount()
{
    if (::geteuid() != 0) { // root's, who is trusted, but not writable
        VERIFY_REFUSED(QStringLiteral("/usr"), QStringLiteral("cannot write"));
        return;
    }
    QVERIFY(QDir().mkpath(path("data")));
    QVERIFY(::chown(encoded("data").constData(), nobody, nobody) == 0);

    VERIFY_REFUSED(path("data"), QStringLiteral("belongs to the account 'nobody'"), QStringLiteral("runs as ('root')"));

    QVERIFY(::chmod(encoded("data").constData(), 0777) == 0);
    VERIFY_REFUSED(path("data"), QStringLiteral("of the account 'nobody'"), QStringLiteral("only 'root' can write"));
}

void TestDataDirectory::refusesALinkOfAnotherAccount()
{
    if (::geteuid() != 0) { // root's, which is followed to where it leads
        VERIFY_REFUSED(QStringLiteral("/bin"), QStringLiteral("cannot write"));
        return;
    }
    QVERIFY(QDir().mkpath(path("data")));
    QVERIFY(::symlink(encoded("data").constData(), encoded("planted").constData()) == 0);
    QVERIFY(::symlink(encoded("planted").constData(), encoded("own").constData()) == 0);
    QVERIFY_RESULT(prepareDataDirectory(path("own"), false));
    QVERIFY(::lchown(encoded("planted").constData(), nobody, nobody) == 0);

    for (const QString &way : {path("planted"), path("planted/new"), path("own"), path("own/new")})
        VERIFY_REFUSED(way, QStringLiteral("the link %1 of the account 'nobody'").arg(path("planted")));

    QVERIFY(QDir(path("data")).isEmpty());
}

void TestDataDirectory::refusesADirectoryThatItCannotWrite()
{
    const uid_t before = ::geteuid();
    if (before == 0)
        QVERIFY(::seteuid(nobody) == 0);
    const auto restore = qScopeGuard([&] { static_cast<void>(::seteuid(before)); });

    VERIFY_REFUSED(QStringLiteral("/"), QStringLiteral("cannot write"), QStringLiteral("a directory of its own"));
    VERIFY_REFUSED(QStringLiteral("/usr/aegis/data"), QStringLiteral("cannot be made"), QStringLiteral("a place where it can make one"));
}

AEGIS_TEST(TestDataDirectory)
#include "TestDataDirectory.moc"
