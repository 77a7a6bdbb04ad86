#include "server/config/LoadSettings.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

using namespace aegis;

class TestLoadSettings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void defaultsAreRightByThemselves();
    void takesTheSpecificationsNames();
    void defaultsFollowTheMachine_data();
    void defaultsFollowTheMachine();
    void environmentWinsOverFileAndFileOverDefault();
    void anEmptyValueCountsAsNotSet();
    void refusesAValue_data();
    void refusesAValue();
    void reportsAllBadValuesAtOnce();
    void neverShowsASecret();
    void cutsAndCleansWhatItShows();
    void refusesUnknownAndDoubledKeysInTheFile();
    void warnsAboutAPrefixedVariable();
    void warnsAboutRedisInTheClear();
    void warnsAboutAFileWithSecretsThatOthersCanRead();
    void derivesTheIssuer_data();
    void derivesTheIssuer();

private:
    static Result<LoadedSettings> load(Environment environment)
    {
        return loadSettings({.environment = std::move(environment),
                             .file = {},
                             .machine = {.cores = 4, .isRoot = false, .dataHome = QStringLiteral("/home/me/.local/share")}});
    }
    static Result<LoadedSettings> loadFile(const QString &file, Environment environment = {})
    {
        return loadSettings({.environment = std::move(environment), .file = file, .machine = Machine::present()});
    }
    QString write(const QByteArray &content, QFile::Permissions permissions = QFile::ReadOwner | QFile::WriteOwner)
    {
        const QString path = m_directory.filePath(QStringLiteral("aegis-%1.conf").arg(++m_files));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.setPermissions(permissions))
            qFatal("cannot write %s", qPrintable(path));
        return path;
    }

    QTemporaryDir m_directory;
    int m_files = 0;
};

void TestLoadSettings::defaultsAreRightByThemselves()
{
    const auto loaded = load({});

    QVERIFY_RESULT(loaded);
    QVERIFY(loaded->warnings.isEmpty());
    const Settings &settings = loaded->settings;
    QCOMPARE(settings.host, QStringLiteral("127.0.0.1"));
    QCOMPARE(settings.port, 8080);
    QVERIFY(settings.jwtAccessExpiration == std::chrono::minutes(15));
    QVERIFY(settings.jwtRefreshExpiration == std::chrono::hours(7 * 24));
    QCOMPARE(settings.argon2MemoryKib, 19456);
    QCOMPARE(settings.httpMaxHead, qsizetype(16 * 1024));
    QVERIFY(settings.revocationPoll == std::chrono::milliseconds(250));
    QVERIFY(settings.hasEmbeddedDatabase() && !settings.hasTls());
    QCOMPARE(Settings::defaults().httpMaxConnections, settings.httpMaxConnections);
}

void TestLoadSettings::takesTheSpecificationsNames()
{
    const QByteArray key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    const auto loaded = load({{"JWT_SECRET", "one-secret-of-more-than-256-bits-in-text"},
                              {"JWT_REFRESH_SECRET", "another-secret-of-more-than-256-bits-text"},
                              {"JWT_ACCESS_EXPIRATION", "5m"},
                              {"JWT_REFRESH_EXPIRATION", "1d"},
                              {"BCRYPT_ROUNDS", "11"},
                              {"ENCRYPTION_KEY", key}});

    QVERIFY_RESULT(loaded);
    QCOMPARE(loaded->settings.jwtSecret.reveal(), QByteArrayView("one-secret-of-more-than-256-bits-in-text"));
    QCOMPARE(loaded->settings.jwtRefreshSecret.reveal(), QByteArrayView("another-secret-of-more-than-256-bits-text"));
    QVERIFY(loaded->settings.jwtAccessExpiration == std::chrono::minutes(5));
    QVERIFY(loaded->settings.jwtRefreshExpiration == std::chrono::hours(24));
    QCOMPARE(loaded->settings.bcryptRounds, 11);
    QCOMPARE(loaded->settings.encryptionKey.reveal().toByteArray(), QByteArray::fromHex(key));
}

void TestLoadSettings::defaultsFollowTheMachine_data()
{
    QTest::addColumn<int>("cores");
    QTest::addColumn<bool>("isRoot");
    QTest::addColumn<int>("ioThreads");
    QTest::addColumn<int>("hashThreads");
    QTest::addColumn<QString>("dataDir");
    QTest::newRow("one core") << 1 << false << 2 << 1 << QStringLiteral("/data/aegis");
    QTest::newRow("four cores") << 4 << false << 2 << 4 << QStringLiteral("/data/aegis");
    QTest::newRow("six cores as root") << 6 << true << 3 << 6 << QStringLiteral("/var/lib/aegis");
    QTest::newRow("many cores") << 64 << false << 4 << 64 << QStringLiteral("/data/aegis");
}

void TestLoadSettings::defaultsFollowTheMachine()
{
    QFETCH(const int, cores);
    QFETCH(const bool, isRoot);

    const auto loaded = loadSettings(
        {.environment = {}, .file = {}, .machine = {.cores = cores, .isRoot = isRoot, .dataHome = QStringLiteral("/data")}});

    QVERIFY_RESULT(loaded);
    QTEST(loaded->settings.ioThreads, "ioThreads");
    QTEST(loaded->settings.hashThreads, "hashThreads");
    QTEST(loaded->settings.dataDir, "dataDir");
}

void TestLoadSettings::environmentWinsOverFileAndFileOverDefault()
{
    const auto loaded = loadFile(write("PORT=1111\nHASH_QUEUE=33 # fewer\n"), {{"PORT", "2222"}});

    QVERIFY_RESULT(loaded);
    QCOMPARE(loaded->settings.port, 2222);
    QCOMPARE(loaded->settings.hashQueue, 33);
    QCOMPARE(loaded->settings.databaseQueue, 1024);
    QVERIFY(loaded->effective.at("PORT").origin == SettingOrigin::Variable);
    QVERIFY(loaded->effective.at("HASH_QUEUE").origin == SettingOrigin::File);
    QVERIFY(loaded->effective.at("DATABASE_QUEUE").origin == SettingOrigin::Default);
}

void TestLoadSettings::anEmptyValueCountsAsNotSet()
{
    const auto loaded = load({{"PORT", ""}, {"JWT_SECRET", ""}});

    QVERIFY_RESULT(loaded);
    QCOMPARE(loaded->settings.port, 8080);
    QVERIFY(loaded->settings.jwtSecret.isEmpty());
}

void TestLoadSettings::refusesAValue_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char *name, const QByteArray &value) {
        QTest::addRow("%s=%s", name, value.left(40).constData()) << QByteArray(name) << value;
    };
    row("PORT", "65536");
    row("PORT", "http");
    row("PORT", "-1");
    row("HOST", "example.org");
    row("HOST", "127.1");
    row("MFA_ISSUER", QByteArray(65, 'x'));
    row("MFA_ISSUER", QByteArray("\xe6\xbc\xa2").repeated(65));
    row("BEHIND_PROXY", "maybe");
    row("TRUSTED_PROXIES", "10.0.0.1/8");
    row("CORS_ORIGINS", "https://a.example,*");
    row("TLS_CERT_FILE", "cert.pem");
    row("DATA_DIR", "./data");
    row("DATABASE_URL", "mysql://localhost/x");
    row("DATABASE_STATEMENT_TIMEOUT", "1ms");
    row("HTTP_MAX_HEAD", "16K");
    row("HTTP_MAX_BODY", "1GiB");
    row("PASSWORD_HASH", "md5");
    row("PASSWORD_POLICY", "none");
    row("PASSWORD_MIN_SCORE", "5");
    row("ARGON2_MEMORY_KIB", "1024");
    row("ARGON2_ITERATIONS", "0");
    row("BCRYPT_ROUNDS", "4");
    row("BCRYPT_ROUNDS", "31");
    row("JWT_SECRET", "too-short");
    row("JWT_SECRET", QByteArray(64, 'a'));
    row("JWT_REFRESH_SECRET", "<256-bit-random-secret>");
    row("JWT_ACCESS_EXPIRATION", "1500ms");
    row("JWT_ACCESS_EXPIRATION", "15 minutes");
    row("JWT_ACCESS_EXPIRATION", "1s");
    row("JWT_AUDIENCE", "a\nb");
    row("ENCRYPTION_KEY", "abcd");
    row("ENCRYPTION_KEY", QByteArray(64, '0'));
    row("LOG_LEVEL", "verbose");
    row("METRICS_ACCESS", "private");
    row("HASH_NICE", "20");
}

void TestLoadSettings::refusesAValue()
{
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, value);

    const auto loaded = load({{name, value}});

    QVERIFY(!loaded.ok());
    QCOMPARE(loaded.problem().fields.size(), std::size_t(1));
    const FieldError &error = loaded.problem().fields.front();
    QCOMPARE(error.field, QString::fromLatin1(name));
    QVERIFY2(error.message.contains(findSetting(name)->allowed), qPrintable(error.message));
    QCOMPARE(error.message.contains(QStringLiteral("has a value that is not right")), findSetting(name)->isSecret);
}

void TestLoadSettings::reportsAllBadValuesAtOnce()
{
    const QString file = write("HASH_QUEUE=many\nLOG_LEVEL=debug\n");
    const auto loaded = loadFile(file, {{"PORT", "x"}, {"BCRYPT_ROUNDS", "99"}, {"SESSION_IDLE_LIFETIME", "60d"}});

    QVERIFY(!loaded.ok());
    QStringList names;
    for (const FieldError &error : loaded.problem().fields)
        names.append(error.field);
    QCOMPARE(names,
             (QStringList{QStringLiteral("PORT"), QStringLiteral("BCRYPT_ROUNDS"), QStringLiteral("HASH_QUEUE"),
                          QStringLiteral("SESSION_IDLE_LIFETIME")}));
    QVERIFY(loaded.problem().detail.contains(QStringLiteral("PORT is 'x'; it must be a whole number from 0 to 65535.\n")));
    QVERIFY(loaded.problem().detail.contains(QStringLiteral("HASH_QUEUE is 'many' (%1 line 1)").arg(file)));
}

void TestLoadSettings::neverShowsASecret()
{
    const QByteArray marker = "hunter2";
    int secrets = 0;
    for (const SettingGroup &group : settingsTable()) {
        for (const Setting &setting : group.settings) {
            if (!setting.isSecret)
                continue;
            ++secrets;
            const auto loaded = load({{QByteArray(setting.name.data(), setting.name.size()), marker}});
            if (setting.name == QLatin1String("REDIS_PASSWORD")) { // any text can be one
                QVERIFY_RESULT(loaded);
                for (const auto &[name, effective] : loaded->effective)
                    QVERIFY2(!effective.value.contains(marker), name.data());
                continue;
            }
            QVERIFY2(!loaded.ok(), setting.name.data());
            QVERIFY(!loaded.problem().detail.contains(QString::fromLatin1(marker)));
        }
    }
    QCOMPARE(secrets, 13);

    const auto loaded = load({{"JWT_SECRET", "hunter2-hunter2-a-secret-that-is-long-enough"}, {"DATABASE_URL", "postgresql://u:hunter2@h/d"}});
    QVERIFY_RESULT(loaded);
    for (const auto &[name, effective] : loaded->effective)
        QVERIFY(!effective.value.contains(marker));
    for (const QString &warning : loaded->warnings)
        QVERIFY(!warning.contains(QString::fromLatin1(marker)));
}

void TestLoadSettings::cutsAndCleansWhatItShows()
{
    const auto loaded = load({{"PORT", "\x1b[2J" + QByteArray(10'000, 'x')}});

    QVERIFY(!loaded.ok());
    QVERIFY(!loaded.problem().detail.contains(QChar(0x1b)));
    QVERIFY(loaded.problem().detail.size() < 300);
}

void TestLoadSettings::refusesUnknownAndDoubledKeysInTheFile()
{
    const QString file = write("PORT=1\nPROT=2\nPORT=3\n");
    const auto loaded = loadFile(file);

    QVERIFY(!loaded.ok());
    QCOMPARE(loaded.problem().fields.size(), std::size_t(2));
    QCOMPARE(loaded.problem().fields.at(0).field, file + QStringLiteral(" line 2"));
    QVERIFY(loaded.problem().fields.at(0).message.contains(QStringLiteral("PROT")));
    QCOMPARE(loaded.problem().fields.at(1).field, file + QStringLiteral(" line 3"));
}

void TestLoadSettings::warnsAboutAPrefixedVariable()
{
    const auto loaded = load({{"AEGIS_PORT", "9999"}, {"SOMETHING_ELSE", "1"}});

    QVERIFY_RESULT(loaded);
    QCOMPARE(loaded->settings.port, 8080);
    QCOMPARE(loaded->warnings.size(), 1);
    QVERIFY(loaded->warnings.front().contains(QStringLiteral("AEGIS_PORT")));
}

void TestLoadSettings::warnsAboutRedisInTheClear()
{
    const auto here = load({{"REDIS_HOST", "localhost"}, {"REDIS_PORT", "6380"}, {"REDIS_PASSWORD", "short"}});
    const auto elsewhere = load({{"REDIS_HOST", "redis.example.org"}});
    const auto withTls = load({{"REDIS_HOST", "redis.example.org"}, {"REDIS_TLS", "on"}});
    const auto nowhere = load({{"REDIS_PASSWORD", "a password for nothing"}});

    QVERIFY_RESULT(here);
    QVERIFY(here->warnings.isEmpty());
    QCOMPARE(here->settings.redisPort, 6380);
    QCOMPARE(here->settings.redisPassword.reveal().toByteArray(), QByteArray("short"));
    QVERIFY_RESULT(elsewhere);
    QVERIFY2(elsewhere->warnings.size() == 1 && elsewhere->warnings.front().contains(QStringLiteral("REDIS_TLS")),
             qPrintable(elsewhere->warnings.join(u'|')));
    QVERIFY_RESULT(withTls);
    QVERIFY(withTls->warnings.isEmpty());
    QVERIFY_RESULT(nowhere);
    QCOMPARE(nowhere->warnings.size(), 1);
    QVERIFY(!nowhere->warnings.front().contains(QStringLiteral("a password")));
}

void TestLoadSettings::warnsAboutAFileWithSecretsThatOthersCanRead()
{
    const QByteArray content = "JWT_SECRET=0123456789abcdef0123456789abcdef\n";
    const auto open = loadFile(write(content, QFile::ReadOwner | QFile::ReadOther));
    const auto closed = loadFile(write(content));

    QVERIFY_RESULT(open);
    QCOMPARE(open->warnings.size(), 1);
    QVERIFY_RESULT(closed);
    QVERIFY(closed->warnings.isEmpty());
}

void TestLoadSettings::derivesTheIssuer_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("issuer");
    QTest::newRow("from address and port") << QByteArray("PORT") << QByteArray("8443") << QStringLiteral("http://127.0.0.1:8443");
    QTest::newRow("IPv6 in brackets") << QByteArray("HOST") << QByteArray("::1") << QStringLiteral("http://[::1]:8080");
    QTest::newRow("as set") << QByteArray("JWT_ISSUER") << QByteArray("https://id.example.org") << QStringLiteral("https://id.example.org");
}

void TestLoadSettings::derivesTheIssuer()
{
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, value);

    const auto loaded = load({{name, value}});

    QVERIFY_RESULT(loaded);
    QTEST(loaded->settings.jwtIssuer, "issuer");
}

AEGIS_TEST(TestLoadSettings)
#include "TestLoadSettings.moc"
