#include "server/mfa/Totp.h"
#include "tests/integration/SecondFactors.h"
#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>

using namespace aegis;
using namespace aegis::test;

/// `aegisd keys rotate-encryption`, beside a server that serves.
class TestRotateEncryption : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void encryptsAnewWhileTheServerServes();
    void canBeKilledAtAnyMoment();
    void ofSeveralAtOnceOneMakesAKey();
    void takesAKeyThatIsSet();
    void saysWhenAKeyIsMissing();

private:
    struct Person {
        QByteArray name;
        Secret secret;
        QByteArray accessToken;
    };
    static Person enrol(quint16 port, const QByteArray &name)
    {
        ApiClient client(port);
        Person person{.name = name, .secret = {}, .accessToken = client.signup(name).text("accessToken")};
        const ApiAnswer enabled = client.exchange("POST /auth/mfa/enable HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + person.accessToken
                                                  + "\r\nContent-Length: 0\r\n\r\n");
        person.secret = base32Decoded(enabled.text("secret"));
        const QByteArray code = totp::codeOf(person.secret, totp::stepAt(systemNow()) - 1);
        if (client.post("/auth/mfa/verify", textObject({{"code", code}}), person.accessToken).status != 200)
            qFatal("a second factor could not be confirmed");
        return person;
    }
    /// Whether a login with the app works; each of the two codes that are left is good for one.
    static int loginStatus(quint16 port, const Person &person, int step)
    {
        ApiClient client(port);
        const QByteArray token = client.login(person.name).text("mfaToken");
        const QByteArray code = totp::codeOf(person.secret, totp::stepAt(systemNow()) + step);
        return client.post("/auth/mfa/challenge", textObject({{"mfaToken", token}, {"code", code}})).status;
    }
    static qint64 marks(AdminDatabase &database)
    {
        return database.count("select count(distinct m) from (select substring(secret_sealed from 1 for 5) as m from aegis.mfa_factor union all "
                              "select substring(private_sealed from 1 for 5) from aegis.signing_key) x");
    }
    static int rotate(const DataDirectory &directory, const ServerProcess::Environment &settings = {}, QByteArray *said = nullptr)
    {
        ServerProcess command(directory, settings);
        const int code = command.run({QStringLiteral("keys"), QStringLiteral("rotate-encryption")});
        if (said)
            *said = command.output() + command.errorOutput();
        return code;
    }
};

void TestRotateEncryption::encryptsAnewWhileTheServerServes()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    const Person ada = enrol(server.port(), "ada");
    AdminDatabase database(directory);
    const QByteArray before = database.query("select secret_sealed from aegis.mfa_factor").first().get<QByteArray>(0);

    QByteArray said;
    QCOMPARE(rotate(directory, {}, &said), 0);

    QVERIFY2(said.contains("Done: 3 encrypted anew"), said.constData()); // two signing keys and a secret
    QVERIFY(QFile::exists(directory.file(QStringLiteral("secrets/encryption-key-2"))));
    QVERIFY(database.query("select secret_sealed from aegis.mfa_factor").first().get<QByteArray>(0) != before);
    QCOMPARE(marks(database), qint64(1));
    QCOMPARE(loginStatus(server.port(), ada, 0), 200); // the server has met the new key
    const Person bob = enrol(server.port(), "bob");
    QCOMPARE(marks(database), qint64(1)); // and seals with it

    QCOMPARE(server.stop(), std::optional(0));
    QVERIFY(QFile::remove(directory.file(QStringLiteral("secrets/encryption-key"))));
    ServerProcess again(directory);
    QVERIFY_STARTS(again);
    QCOMPARE(ApiClient(again.port()).verify(ada.accessToken).status, 204); // the signing key is the same
    QCOMPARE(loginStatus(again.port(), bob, 0), 200);
    QVERIFY(!QFile::exists(directory.file(QStringLiteral("secrets/encryption-key"))));
}

void TestRotateEncryption::canBeKilledAtAnyMoment()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    std::vector<Person> people;
    for (int i = 0; i < 30; ++i)
        people.push_back(enrol(server.port(), "person" + QByteArray::number(i)));
    AdminDatabase database(directory);

    for (int round = 0; round < 6; ++round) {
        database.execute("drop table if exists before; create temporary table before as select user_id, secret_sealed from aegis.mfa_factor");
        const auto unchanged = [&] { return database.count("select count(*) from before b join aegis.mfa_factor f using (user_id, secret_sealed)"); };
        const qint64 moment = QRandomGenerator::global()->bounded(1, 30); // secrets that are still to be done when it is killed
        ServerProcess command(directory);
        command.launch({QStringLiteral("keys"), QStringLiteral("rotate-encryption")});
        while (command.isRunning() && unchanged() > moment) {}
        command.kill();
        QCOMPARE(database.count("select count(*) from aegis.mfa_factor where activated_at is not null"), qint64(30));
    }
    QCOMPARE(rotate(directory), 0);

    QCOMPARE(marks(database), qint64(1));
    for (std::size_t i = 0; i < people.size(); i += 7)
        QCOMPARE(loginStatus(server.port(), people[i], 0), 200);
    QCOMPARE(database.brokenRules(), QStringList());
}

void TestRotateEncryption::ofSeveralAtOnceOneMakesAKey()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    const Person ada = enrol(server.port(), "ada");
    AdminDatabase database(directory);
    database.execute("begin; lock table aegis.signing_key in access exclusive mode"); // where each looks whether there is anything to do

    std::vector<std::unique_ptr<ServerProcess>> commands;
    for (int i = 0; i < 3; ++i) {
        commands.push_back(std::make_unique<ServerProcess>(directory, ServerProcess::Environment{{"DATABASE_STATEMENT_TIMEOUT", "25s"}}));
        commands.back()->launch({QStringLiteral("keys"), QStringLiteral("rotate-encryption")});
    }
    const auto running = [&] { return std::count_if(commands.begin(), commands.end(), [](const auto &command) { return command->isRunning(); }); };
    QTRY_COMPARE_WITH_TIMEOUT(running(), std::ptrdiff_t(1), 20'000);
    database.execute("commit");

    int made = 0;
    for (const auto &command : commands) {
        const std::optional<int> code = command->waitForExit();
        const QByteArray said = command->output() + command->errorOutput();
        if (code == 0) {
            ++made;
            continue;
        }
        QCOMPARE(code, std::optional(1));
        QVERIFY2(said.contains("another rotation of the encryption key is under way"), said.constData());
    }
    QCOMPARE(made, 1);
    QVERIFY(QFile::exists(directory.file(QStringLiteral("secrets/encryption-key-2"))));
    QVERIFY(!QFile::exists(directory.file(QStringLiteral("secrets/encryption-key-3"))));
    QCOMPARE(marks(database), qint64(1));
    QCOMPARE(loginStatus(server.port(), ada, 0), 200);
}

void TestRotateEncryption::takesAKeyThatIsSet()
{
    const DataDirectory directory;
    const QByteArray first = QByteArray("0123456789abcdef").repeated(4), second = QByteArray("fedcba9876543210").repeated(4);
    ServerProcess server(directory, {{"ENCRYPTION_KEY", first}});
    QVERIFY_STARTS(server);
    const Person ada = enrol(server.port(), "ada");
    QCOMPARE(server.stop(), std::optional(0));

    // All servers learn the new key before any seals with it, then it takes the first place, then the old one goes.
    const ServerProcess::Environment swapped{{"ENCRYPTION_KEY", second}, {"ENCRYPTION_KEY_PREVIOUS", first}};
    QCOMPARE(rotate(directory, swapped), 0);
    ServerProcess later(directory, {{"ENCRYPTION_KEY", second}});
    QVERIFY_STARTS(later);

    QCOMPARE(loginStatus(later.port(), ada, 0), 200);
    AdminDatabase database(directory);
    QCOMPARE(marks(database), qint64(1));
    QVERIFY(!QFile::exists(directory.file(QStringLiteral("secrets/encryption-key-2"))));
}

void TestRotateEncryption::saysWhenAKeyIsMissing()
{
    const DataDirectory directory;
    ServerProcess server(directory, {{"ENCRYPTION_KEY", QByteArray("0123456789abcdef").repeated(4)}});
    QVERIFY_STARTS(server);
    QCOMPARE(server.stop(), std::optional(0));

    QByteArray said;
    const int code = rotate(directory, {{"ENCRYPTION_KEY", QByteArray("fedcba9876543210").repeated(4)}}, &said);

    QCOMPARE(code, 1);
    QVERIFY2(said.contains("ENCRYPTION_KEY_PREVIOUS"), said.constData());
    ServerProcess again(directory, {{"ENCRYPTION_KEY", QByteArray("0123456789abcdef").repeated(4)}});
    QVERIFY_STARTS(again); // nothing was changed
}

AEGIS_TEST(TestRotateEncryption)
#include "TestRotateEncryption.moc"
