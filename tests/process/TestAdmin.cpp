#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

/// `aegisd admin`, beside a server that runs: how the first administrator of a platform comes in.
class TestAdmin : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void makesTheFirstAdministrator();
    void givesNoRoleToAnAccountThatIsThere();
    void theLastOneStays();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();

private:
    const DataDirectory m_directory; ///< of the server that nothing is stored in
    ServerProcess m_server{m_directory};

    static int admin(ServerProcess &command, const QStringList &words) { return command.run(QStringList{QStringLiteral("admin")} + words); }
    static QByteArray tokenIn(const QByteArray &output)
    {
        const qsizetype begin = output.indexOf("setup_token=") + 12;
        return output.mid(begin, output.indexOf('\n', begin) - begin);
    }
    static ApiAnswer post(const ServerProcess &server, const QByteArray &path, const QByteArray &body)
    {
        return ApiClient(server.port())
            .exchange("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                      + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }
};

void TestAdmin::makesTheFirstAdministrator()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    ServerProcess command(directory);
    QCOMPARE(admin(command, {QStringLiteral("create"), QStringLiteral("root@example.com")}), 0);
    const QByteArray token = tokenIn(command.output());

    const ApiAnswer chosen = post(server, "/auth/password/reset", R"({"token":")" + token + R"(","newPassword":"Correct-Horse-42-Staple"})");
    QCOMPARE(chosen.status, 204);
    QCOMPARE(post(server, "/auth/password/reset", R"({"token":")" + token + R"(","newPassword":"Correct-Horse-43-Staple"})").status, 400); // once
    const ApiAnswer login = post(server, "/auth/login", R"({"email":"root@example.com","password":"Correct-Horse-42-Staple"})");
    QCOMPARE(login.status, 200);

    const QByteArray user = login.json.value(QLatin1String("user"))[QLatin1String("id")].toString().toLatin1();
    const ApiAnswer self = ApiClient(server.port())
                               .exchange("GET /admin/users/" + user + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                         + login.text("accessToken") + "\r\n\r\n");
    QCOMPARE(self.status, 200);
    QCOMPARE(admin(command, {QStringLiteral("list")}), 0);
    QVERIFY2(command.output().startsWith("PLATFORM_ADMIN    root@example.com  active"), command.output().constData());
    QVERIFY(!server.errorOutput().contains(token));
}

/// Whoever registered with that address before may be somebody else.
void TestAdmin::givesNoRoleToAnAccountThatIsThere()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    QCOMPARE(post(server, "/auth/register", R"({"email":"root@example.com","password":"Correct-Horse-42-Staple"})").status, 201);
    ServerProcess command(directory);

    QCOMPARE(admin(command, {QStringLiteral("create"), QStringLiteral("root@example.com")}), 1);
    QVERIFY2(command.errorOutput().contains("aegisd admin grant root@example.com"), command.errorOutput().constData());
    QCOMPARE(admin(command, {QStringLiteral("list")}), 0);
    QVERIFY2(command.output().startsWith("Nobody"), command.output().constData());

    const QStringList grant{QStringLiteral("grant"), QStringLiteral("root@example.com"), QStringLiteral("--role"),
                            QStringLiteral("PLATFORM_AUDITOR")};
    QCOMPARE(admin(command, grant), 1); // whose it is has not been shown
    QVERIFY2(command.errorOutput().contains("--unverified"), command.errorOutput().constData());
    QCOMPARE(admin(command, grant + QStringList{QStringLiteral("--unverified")}), 0);
    QCOMPARE(admin(command, {QStringLiteral("list")}), 0);
    QVERIFY2(command.output().startsWith("PLATFORM_AUDITOR  root@example.com"), command.output().constData());
}

void TestAdmin::theLastOneStays()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    ServerProcess command(directory);
    QCOMPARE(admin(command, {QStringLiteral("create"), QStringLiteral("root@example.com")}), 0);

    QCOMPARE(admin(command, {QStringLiteral("revoke"), QStringLiteral("root@example.com")}), 1);
    QVERIFY2(command.errorOutput().contains("the last one"), command.errorOutput().constData());

    QCOMPARE(admin(command, {QStringLiteral("create"), QStringLiteral("second@example.com")}), 0);
    QCOMPARE(admin(command, {QStringLiteral("revoke"), QStringLiteral("root@example.com")}), 0);
    QCOMPARE(admin(command, {QStringLiteral("list")}), 0);
    QVERIFY2(!command.output().contains("root@example.com") && command.output().contains("second@example.com"), command.output().constData());
}

void TestAdmin::saysWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no address") << QStringList{QStringLiteral("create"), QStringLiteral("root")} << 1 << QByteArray("'root' is no e-mail address");
    QTest::newRow("nobody") << QStringList{QStringLiteral("grant"), QStringLiteral("nobody@example.com")} << 1 << QByteArray("nobody has an account");
    QTest::newRow("no such role") << QStringList{QStringLiteral("grant"), QStringLiteral("a@b.example"), QStringLiteral("--role"),
                                                 QStringLiteral("ROOT")}
                                  << 2 << QByteArray("--role is PLATFORM_ADMIN or PLATFORM_AUDITOR");
    QTest::newRow("no operand") << QStringList{QStringLiteral("create")} << 2 << QByteArray("it is: aegisd admin create EMAIL");
}

void TestAdmin::saysWhatIsWrong()
{
    QFETCH(QStringList, words);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    if (!m_server.isRunning())
        QVERIFY_STARTS(m_server);
    ServerProcess command(m_directory);

    QCOMPARE(admin(command, words), code);

    QVERIFY2(command.errorOutput().contains(says), command.errorOutput().constData());
}

AEGIS_TEST(TestAdmin)
#include "TestAdmin.moc"
