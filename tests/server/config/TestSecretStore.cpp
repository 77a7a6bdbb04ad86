#include "server/config/InstanceSecrets.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <sys/stat.h>

#include <latch>
#include <thread>

using namespace aegis;

class TestSecretStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void makesASecretOnceAndKeepsIt();
    void keepsOthersOut();
    void leavesNothingBehind();
    void allWhoAskAtOnceGetTheSame();
    void refusesAFileThatOthersCanRead_data();
    void refusesAFileThatOthersCanRead();
    void refusesADirectoryThatOthersCanEnter();
    void refusesAnotherLength();
    void refusesALink();
    void refusesAPlaceThatCannotBeWritten();
    void setSecretsAreTakenAndNotWritten();
    void neverMakesUpJwtSecret();

private:
    QString path(const QString &name) const { return m_dataDir + QStringLiteral("/secrets/") + name; }
    Result<Secret> readOrMake(const char *name, qsizetype bytes = 32) const { return SecretStore(m_dataDir).readOrMake(QLatin1String(name), bytes); }
    static int modeOf(const QString &path)
    {
        struct stat status {};
        return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? int(status.st_mode & 07777) : -1;
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    QString m_dataDir;
};

void TestSecretStore::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_dataDir = m_directory->filePath(QStringLiteral("deep/data"));
}

void TestSecretStore::makesASecretOnceAndKeepsIt()
{
    const auto made = readOrMake("key");
    const auto again = readOrMake("key");
    const auto other = readOrMake("other");

    QVERIFY_RESULT(made);
    QVERIFY_RESULT(again);
    QVERIFY_RESULT(other);
    QCOMPARE(made->size(), 32);
    QVERIFY(made->equals(*again));
    QVERIFY(!made->equals(*other));
}

void TestSecretStore::keepsOthersOut()
{
    const auto before = ::umask(0);
    const auto made = readOrMake("key");
    ::umask(before);

    QVERIFY_RESULT(made);
    QCOMPARE(modeOf(m_dataDir + QStringLiteral("/secrets")), 0700);
    QCOMPARE(modeOf(path(QStringLiteral("key"))), 0600);
}

void TestSecretStore::leavesNothingBehind()
{
    QVERIFY_RESULT(readOrMake("key"));

    QCOMPARE(QDir(m_dataDir + QStringLiteral("/secrets")).entryList(QDir::Files | QDir::Hidden), QStringList{QStringLiteral("key")});
}

void TestSecretStore::allWhoAskAtOnceGetTheSame()
{
    constexpr int threads = 8;
    std::latch start(threads);
    std::vector<QByteArray> secrets(threads);
    {
        std::vector<std::jthread> running;
        for (QByteArray &secret : secrets) {
            running.emplace_back([this, &start, &secret] {
                start.arrive_and_wait();
                const auto made = readOrMake("key");
                secret = made ? made->reveal().toByteArray() : made.problem().detail.toUtf8();
            });
        }
    }

    for (const QByteArray &secret : secrets) {
        QCOMPARE(secret.size(), 32);
        QCOMPARE(secret, secrets.front());
    }
}

void TestSecretStore::refusesAFileThatOthersCanRead_data()
{
    QTest::addColumn<int>("mode");
    QTest::newRow("everybody reads") << 0604;
    QTest::newRow("the group reads") << 0640;
    QTest::newRow("everybody writes") << 0602;
}

void TestSecretStore::refusesAFileThatOthersCanRead()
{
    QFETCH(const int, mode);
    QVERIFY_RESULT(readOrMake("key"));
    QCOMPARE(::chmod(QFile::encodeName(path(QStringLiteral("key"))).constData(), mode_t(mode)), 0);

    const auto read = readOrMake("key");

    QVERIFY(!read.ok());
    QVERIFY(read.problem().detail.contains(QStringLiteral("can be read by others")));
    QVERIFY(read.problem().detail.contains(path(QStringLiteral("key"))));
}

void TestSecretStore::refusesADirectoryThatOthersCanEnter()
{
    QVERIFY(QDir().mkpath(m_dataDir + QStringLiteral("/secrets")));
    QCOMPARE(::chmod(QFile::encodeName(m_dataDir + QStringLiteral("/secrets")).constData(), 0755), 0);

    const auto read = readOrMake("key");

    QVERIFY(!read.ok());
    QVERIFY(read.problem().detail.contains(QStringLiteral("chmod 700")));
}

void TestSecretStore::refusesAnotherLength()
{
    QVERIFY_RESULT(readOrMake("key", 16));

    const auto read = readOrMake("key", 32);

    QVERIFY(!read.ok());
    QVERIFY(read.problem().detail.contains(QStringLiteral("has 16 bytes; it must have 32")));
    QCOMPARE(QFile(path(QStringLiteral("key"))).size(), 16); // and it was not replaced
}

void TestSecretStore::refusesALink()
{
    QVERIFY_RESULT(readOrMake("key"));
    QVERIFY(QFile::link(path(QStringLiteral("key")), path(QStringLiteral("link"))));

    QVERIFY(!readOrMake("link").ok());
}

void TestSecretStore::refusesAPlaceThatCannotBeWritten()
{
    const auto made = SecretStore(QStringLiteral("/proc/aegis")).readOrMake(QStringLiteral("key"), 32);

    QVERIFY(!made.ok());
    QVERIFY(made.problem().detail.contains(QStringLiteral("/proc/aegis")));
}

void TestSecretStore::setSecretsAreTakenAndNotWritten()
{
    Settings settings = Settings::defaults();
    settings.dataDir = m_dataDir;
    settings.encryptionKey = Secret("0123456789abcdef0123456789abcdef");

    const auto secrets = InstanceSecrets::load(settings);
    const auto again = InstanceSecrets::load(settings);

    QVERIFY_RESULT(secrets);
    QVERIFY_RESULT(again);
    QVERIFY(secrets->encryptionKey.equals(settings.encryptionKey));
    QVERIFY(!QFile::exists(path(QStringLiteral("encryption-key"))));
    QVERIFY(QFile::exists(path(QStringLiteral("jwt-refresh-secret"))));
    QVERIFY(secrets->jwtRefreshSecret.equals(again->jwtRefreshSecret));
    QVERIFY(secrets->fingerprintKey.equals(again->fingerprintKey));
    QVERIFY(secrets->emailFingerprintKey.equals(again->emailFingerprintKey));
    QVERIFY(!secrets->fingerprintKey.equals(secrets->emailFingerprintKey));
}

void TestSecretStore::neverMakesUpJwtSecret()
{
    Settings settings = Settings::defaults();
    settings.dataDir = m_dataDir;

    QVERIFY_RESULT(InstanceSecrets::load(settings));

    QVERIFY(!QFile::exists(path(QStringLiteral("jwt-secret"))));
    QCOMPARE(QDir(m_dataDir + QStringLiteral("/secrets")).entryList(QDir::Files).size(), 4);
}

AEGIS_TEST(TestSecretStore)
#include "TestSecretStore.moc"
