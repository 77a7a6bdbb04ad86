#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFileInfo>

using namespace aegis::test;

/// Secrets of the data directory that are no longer there.
class TestLostSecrets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesALostEncryptionKey();
    void refusesAnotherEncryptionKey();
    void goesOnWithoutWhatALostEncryptionKeyHasSealed();
    void warnsOfALostRefreshSecret();

private:
    static QByteArray reasonOf(const ServerProcess &server)
    {
        const auto line = server.waitForEvent(QStringLiteral("start_failed"));
        return line ? line->value(QStringLiteral("reason")).toString().toUtf8() : server.errorOutput();
    }
};

void TestLostSecrets::refusesALostEncryptionKey()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    QVERIFY(server.waitForEvent(QStringLiteral("secret_made")));
    QVERIFY(!server.waitForEvent(QStringLiteral("secret_lost"), 0, std::chrono::milliseconds(0)));
    QCOMPARE(server.stop(), std::optional(0));
    const QString key = directory.file(QStringLiteral("secrets/encryption-key"));
    QVERIFY(QFile::rename(key, directory.file(QStringLiteral("backup"))));

    QVERIFY(!server.start()); // a new key could not open what the old one has sealed

    QCOMPARE(server.waitForExit(), std::optional(1));
    const QByteArray reason = reasonOf(server);
    QVERIFY2(reason.contains("ENCRYPTION_KEY") && reason.contains(key.toUtf8()), reason.constData());
    QVERIFY(!QFileInfo::exists(key));
    QCOMPARE(directory.postgresProcesses(), QList<qint64>());
    QVERIFY(QFile::rename(directory.file(QStringLiteral("backup")), key));
    QVERIFY_STARTS(server);
}

void TestLostSecrets::refusesAnotherEncryptionKey()
{
    const DataDirectory directory;
    ServerProcess first(directory);
    QVERIFY_STARTS(first);
    QCOMPARE(first.stop(), std::optional(0));
    ServerProcess second(directory, {{"ENCRYPTION_KEY", QByteArray("0123456789abcdef").repeated(4)}});

    QVERIFY(!second.start());

    const QByteArray reason = reasonOf(second);
    QVERIFY2(reason.contains("another ENCRYPTION_KEY") && reason.contains("secrets/encryption-key"), reason.constData());
}

/// What docs/operations.md tells under "The encryption key is lost".
void TestLostSecrets::goesOnWithoutWhatALostEncryptionKeyHasSealed()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    ApiClient before(server.port());
    const ApiAnswer signup = before.signup("ada-one", "Idempotency-Key: the-key-of-a-signup-before\r\n");
    QCOMPARE(signup.status, 201);
    AdminDatabase(directory).execute("begin; delete from aegis.signing_key; delete from aegis.idempotency_key; commit");
    QCOMPARE(server.stop(), std::optional(0));
    QVERIFY(QFile::remove(directory.file(QStringLiteral("secrets/encryption-key"))));

    QVERIFY_STARTS(server);

    ApiClient after(server.port());
    QCOMPARE(after.verify(signup.text("accessToken")).status, 401);
    const ApiAnswer refreshed = after.refresh(signup.text("refreshToken"));
    QCOMPARE(refreshed.status, 200);
    QCOMPARE(after.verify(refreshed.text("accessToken")).status, 204);
    QCOMPARE(after.login("ada-one").status, 200);
    QCOMPARE(AdminDatabase(directory).brokenRules(), QStringList());
}

void TestLostSecrets::warnsOfALostRefreshSecret()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    QCOMPARE(server.stop(), std::optional(0));
    QVERIFY(QFile::remove(directory.file(QStringLiteral("secrets/jwt-refresh-secret"))));

    QVERIFY_STARTS(server);

    const auto line = server.waitForEvent(QStringLiteral("secret_lost"));
    QVERIFY(line);
    const QString message = line->value(QStringLiteral("message")).toString();
    QVERIFY2(message.contains(QStringLiteral("JWT_REFRESH_SECRET")) && message.contains(QStringLiteral("log in again")), qPrintable(message));
}

AEGIS_TEST(TestLostSecrets)
#include "TestLostSecrets.moc"
