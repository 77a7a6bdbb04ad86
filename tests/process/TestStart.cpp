#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtNetwork/QTcpServer>

#include <sys/stat.h>

using namespace aegis::test;

class TestStart : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesBadSettings();
    void refusesSettingsThatDoNotFitTogether_data();
    void refusesSettingsThatDoNotFitTogether();
    void refusesAnAddressOfAnotherMachine_data();
    void refusesAnAddressOfAnotherMachine();
    void refusesADataDirectoryThatOthersCanWrite_data();
    void refusesADataDirectoryThatOthersCanWrite();
    void refusesATakenPort();
    void readsSettingsFromAFile();
    void tellsItsVersion();
    void checksSettingsWithoutStarting();
    void migratesAndEnds();
    void keepsItsSecretsForTheNextStart();
    void refusesAChangedMigration();
    void signsWithASharedSecret();
    void hasRoomForTheConnectionsOfAllThreads();
    void isFoundByCommandsHoweverLongItsPathIs();
};

namespace {

QByteArray reasonOf(const ServerProcess &server)
{
    const auto line = server.waitForEvent(QStringLiteral("start_failed"));
    return line ? line->value(QStringLiteral("reason")).toString().toUtf8() : server.errorOutput();
}

QByteArray algorithmOf(const QByteArray &token)
{
    const QByteArray header = QByteArray::fromBase64(token.split('.').value(0), QByteArray::Base64UrlEncoding);
    return QJsonDocument::fromJson(header).object().value(QStringLiteral("alg")).toString().toLatin1();
}

const QFile::Permissions ownerOnly = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser;

} // namespace

void TestStart::refusesBadSettings()
{
    const DataDirectory directory;
    const ServerProcess::Environment bad{{"PORT", "http"},
                                         {"ARGON2_MEMORY_KIB", "1"},
                                         {"JWT_SECRET", "hunter2"},
                                         {"ENCRYPTION_KEY", "hunter3"},
                                         {"DATABASE_URL", "mysql://hunter4@h/d"},
                                         {"LOG_FORMAT", "xml"},
                                         {"CORS_ORIGINS", "*"},
                                         {"HTTP_HEAD_TIMEOUT", "soon"},
                                         {"DATA_DIR", "relative/path"},
                                         {"BEHIND_PROXY", "perhaps"}};
    ServerProcess server(directory, bad);

    QCOMPARE(server.run({QStringLiteral("run")}), 78);

    const QByteArray said = server.errorOutput();
    for (const auto &[name, value] : bad) {
        QVERIFY2(said.contains("  " + name + ' '), said.constData()); // every one of them at once
        if (!value.startsWith("hunter") && !value.startsWith("mysql"))
            QVERIFY2(said.contains(value), said.constData());
    }
    QVERIFY2(said.contains("65535") && said.contains("8192") && said.contains("json"), said.constData()); // what would be right
    QVERIFY2(!said.contains("hunter"), said.constData());
    QVERIFY(QDir(directory.path()).isEmpty());
}

void TestStart::refusesSettingsThatDoNotFitTogether_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("an open address without TLS") << QByteArray("HOST") << QByteArray("0.0.0.0") << QByteArray("TLS");
    QTest::newRow("an open IPv6 address without TLS") << QByteArray("HOST") << QByteArray("::") << QByteArray("TLS");
    QTest::newRow("a certificate without a key") << QByteArray("TLS_CERT_FILE") << QByteArray("/etc/hostname") << QByteArray("TLS_KEY_FILE");
    QTest::newRow("a certificate that is not there") << QByteArray("TLS_CERT_FILE") << QByteArray("/nowhere.pem") << QByteArray("/nowhere.pem");
    QTest::newRow("a lasting access token") << QByteArray("JWT_REFRESH_EXPIRATION") << QByteArray("5m") << QByteArray("JWT_ACCESS_EXPIRATION");
    QTest::newRow("a directory without PostgreSQL")
        << QByteArray("POSTGRES_BIN_DIR") << QByteArray("/nope") << QByteArray("POSTGRES_BIN_DIR is '/nope'");
    QTest::newRow("an address with an unknown parameter")
        << QByteArray("DATABASE_URL") << QByteArray("postgresql://h/d?foo=bar") << QByteArray("DATABASE_URL has the unknown parameter 'foo'");
    QTest::newRow("a migration of no database") << QByteArray("DATABASE_MIGRATION_URL") << QByteArray("postgresql://h/d")
                                                << QByteArray("DATABASE_URL");
}

void TestStart::refusesSettingsThatDoNotFitTogether()
{
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, value);
    QFETCH(const QByteArray, says);
    const DataDirectory directory;
    ServerProcess server(directory, {{name, value}});

    for (const QString &command : {QStringLiteral("run"), QStringLiteral("check-config")}) {
        QCOMPARE(server.run({command}), 78);
        QVERIFY2(server.errorOutput().contains(says), server.errorOutput().constData());
    }
    QVERIFY(QDir(directory.path()).isEmpty());
}

void TestStart::refusesAnAddressOfAnotherMachine_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::newRow("IPv4") << QByteArray("192.0.2.1"); // RFC 5737: nobody has it
    QTest::newRow("IPv6") << QByteArray("2001:db8::1");
}

void TestStart::refusesAnAddressOfAnotherMachine()
{
    QFETCH(const QByteArray, host);
    const DataDirectory directory;
    ServerProcess server(directory, {{"HOST", host}, {"BEHIND_PROXY", "on"}});

    QCOMPARE(server.run({QStringLiteral("run")}), 78);

    const QByteArray reason = reasonOf(server);
    QVERIFY2(reason.contains("HOST " + host) && reason.contains("must be an address of this machine"), reason.constData());
    QVERIFY(QDir(directory.path()).isEmpty());
}

void TestStart::refusesADataDirectoryThatOthersCanWrite_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("event");
    QTest::newRow("to run") << QStringLiteral("run") << QStringLiteral("start_failed");
    QTest::newRow("to migrate") << QStringLiteral("migrate") << QStringLiteral("migrate_failed");
}

void TestStart::refusesADataDirectoryThatOthersCanWrite()
{
    QFETCH(const QString, command);
    QFETCH(const QString, event);
    const DataDirectory directory;
    QVERIFY(::chmod(QFile::encodeName(directory.path()).constData(), 0777) == 0);
    ServerProcess server(directory);

    QCOMPARE(server.run({command}), 78);

    const auto line = server.waitForEvent(event);
    QVERIFY2(line, server.errorOutput().constData());
    const QString reason = line->value(QStringLiteral("reason")).toString();
    QVERIFY2(reason.startsWith(QStringLiteral("DATA_DIR is '%1'").arg(directory.path())), qPrintable(reason));
    QVERIFY2(reason.contains(QStringLiteral("`chmod 7")), qPrintable(reason));
    QVERIFY(QDir(directory.path()).isEmpty());
}

void TestStart::refusesATakenPort()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    const DataDirectory directory;
    ServerProcess server(directory, {{"PORT", QByteArray::number(other.serverPort())}});

    QCOMPARE(server.run({QStringLiteral("run")}), 1);

    const QByteArray reason = reasonOf(server);
    const QByteArray begin = "HOST 127.0.0.1, PORT " + QByteArray::number(other.serverPort()) + " cannot be listened on";
    QVERIFY2(reason.startsWith(begin) && reason.contains("Choose another port with PORT="), reason.constData());
    QVERIFY(QDir(directory.path()).isEmpty()); // it is looked at first

    other.close();
    QVERIFY_STARTS(server);
    ServerProcess second(directory, {{"PORT", QByteArray::number(server.port())}});
    QCOMPARE(second.run({QStringLiteral("run")}), 1); // an aegisd that runs has its port as well
    QVERIFY2(reasonOf(second).startsWith(begin), reasonOf(second).constData());
    QCOMPARE(ApiClient(server.port()).get("/health/ready").status, 200);
}

void TestStart::readsSettingsFromAFile()
{
    const DataDirectory directory;
    QFile file(directory.file(QStringLiteral("aegis.conf")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(file.write("# a comment\nJWT_AUDIENCE=from-the-file\nLOG_LEVEL=warning\n") > 0);
    file.close();
    ServerProcess server(directory, {{"LOG_LEVEL", "error"}});

    QCOMPARE(server.run({QStringLiteral("check-config"), QStringLiteral("--config"), file.fileName()}), 0);

    QVERIFY(server.output().contains("from-the-file"));
    for (const QByteArray &line : server.output().split('\n')) {
        if (line.startsWith("LOG_LEVEL"))
            QVERIFY2(line.contains("error"), line.constData()); // the environment wins
    }
    QCOMPARE(server.run({QStringLiteral("run"), QStringLiteral("--config"), QStringLiteral("/nowhere.conf")}), 78);
    QVERIFY2(server.errorOutput().contains("/nowhere.conf"), server.errorOutput().constData());
}

void TestStart::tellsItsVersion()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"PORT", "wrong"}}); // it needs no settings

    QCOMPARE(server.run({QStringLiteral("version")}), 0);

    QVERIFY2(server.output().contains(AEGIS_VERSION), server.output().constData());
    QCOMPARE(server.errorOutput(), QByteArray());
    QVERIFY(QDir(directory.path()).isEmpty());
}

void TestStart::checksSettingsWithoutStarting()
{
    const DataDirectory directory;
    const QByteArray secret = "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";
    ServerProcess server(directory, {{"JWT_SECRET", secret}});

    QCOMPARE(server.run({QStringLiteral("check-config")}), 0);

    QVERIFY(server.output().contains("The settings are right."));
    QVERIFY(server.output().contains("JWT_SECRET"));
    QVERIFY(!server.output().contains(secret) && !server.errorOutput().contains(secret));
    QVERIFY(QDir(directory.path()).isEmpty());
}

void TestStart::migratesAndEnds()
{
    const DataDirectory directory;
    ServerProcess server(directory);

    QCOMPARE(server.run({QStringLiteral("migrate")}), 0);
    QVERIFY(server.output().contains("up to date"));
    QVERIFY(server.errorOutput().contains("database_migrated"));
    QCOMPARE(directory.postgresProcesses(), QList<qint64>());
    QCOMPARE(server.run({QStringLiteral("migrate")}), 0);
    QVERIFY(!server.errorOutput().contains("database_migrated")); // there was nothing to do
    QVERIFY_STARTS(server);

    QVERIFY(!server.errorOutput().contains("database_migrated"));
}

void TestStart::keepsItsSecretsForTheNextStart()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    const QByteArray key = "Idempotency-Key: the-same-key-before-and-after\r\n";
    QVERIFY_STARTS(server);
    ApiClient before(server.port());
    const ApiAnswer signup = before.signup("ada-one", key);
    QCOMPARE(signup.status, 201);
    QCOMPARE(algorithmOf(signup.text("accessToken")), QByteArray("ES256"));
    const QByteArray keys = before.get("/.well-known/jwks.json").raw.body;
    QCOMPARE(server.stop(), std::optional(0));
    const QDir secrets(directory.file(QStringLiteral("secrets")));
    QCOMPARE(QFileInfo(secrets.path()).permissions(), ownerOnly | QFile::ExeOwner | QFile::ExeUser);
    const QFileInfoList files = secrets.entryInfoList(QDir::Files | QDir::Hidden);
    QCOMPARE(files.size(), 5);
    for (const QFileInfo &file : files)
        QCOMPARE(file.permissions(), ownerOnly);

    QVERIFY_STARTS(server);

    ApiClient after(server.port());
    QCOMPARE(after.get("/.well-known/jwks.json").raw.body, keys);
    QCOMPARE(after.verify(signup.text("accessToken")).status, 204);
    const ApiAnswer again = after.signup("ada-one", key);
    QCOMPARE(again.status, 201);
    QCOMPARE(again.json, signup.json);
    QCOMPARE(after.refresh(signup.text("refreshToken")).status, 200);
}

void TestStart::refusesAChangedMigration()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    AdminDatabase(directory).execute("update aegis.migration set sha256 = sha256('edited') where version = 2");
    QCOMPARE(server.stop(), std::optional(0));

    QVERIFY(!server.start());

    QCOMPARE(server.waitForExit(), std::optional(1));
    const QByteArray reason = reasonOf(server);
    QVERIFY2(reason.contains("0002_events") && reason.contains("was changed after"), reason.constData());
    QCOMPARE(directory.postgresProcesses(), QList<qint64>());
}

void TestStart::signsWithASharedSecret()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"JWT_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG"}});
    QVERIFY_STARTS(server);
    ApiClient client(server.port());

    const ApiAnswer signup = client.signup("ada-one");

    QCOMPARE(signup.status, 201);
    QCOMPARE(algorithmOf(signup.text("accessToken")), QByteArray("HS256"));
    QCOMPARE(client.verify(signup.text("accessToken")).status, 204);
    const ApiAnswer keys = client.get("/.well-known/jwks.json");
    QCOMPARE(keys.status, 200);
    QVERIFY(keys.json.value(QStringLiteral("keys")).isArray());
    QVERIFY(keys.json.value(QStringLiteral("keys")).toArray().isEmpty()); // a shared secret is not published
    QCOMPARE(AdminDatabase(directory).count("select count(*) from signing_key"), qint64(0));
}

void TestStart::hasRoomForTheConnectionsOfAllThreads()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"IO_THREADS", "48"}, {"DATABASE_POOL_SIZE", "2"}});
    QVERIFY_STARTS(server);

    AdminDatabase database(directory);

    // One of each thread, the pool's, and those of the loops; besides them the operator's own.
    const qint64 most = database.count(
        "select current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint");
    QVERIFY2(most > 48 + 2 + 6, QByteArray::number(most).constData());
}

// The path of a Unix socket has 107 bytes at most.
void TestStart::isFoundByCommandsHoweverLongItsPathIs()
{
    const DataDirectory directory;
    const QString longPath = directory.file(QString(120, u'a'));
    QVERIFY(QDir().mkpath(longPath));
    const ServerProcess::Environment settings{{"DATA_DIR", longPath.toUtf8()}};
    ServerProcess server(directory, settings);
    ServerProcess command(directory, settings);
    QVERIFY_STARTS(server);

    QCOMPARE(command.run({QStringLiteral("keys"), QStringLiteral("list")}), 0); // beside the server, whose database it is

    QVERIFY2(command.output().contains("signing"), command.output().constData());
}

AEGIS_TEST(TestStart)
#include "TestStart.moc"
