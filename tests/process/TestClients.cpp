#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

/// `aegisd clients`, beside a server that runs.
class TestClients : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void createsListsAndRevokes();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();

private:
    const DataDirectory m_directory; ///< of the server that nothing is stored in
    ServerProcess m_server{m_directory};

    static QByteArray valueOf(const QByteArray &output, const QByteArray &name)
    {
        for (const QByteArray &line : output.split('\n')) {
            if (line.startsWith(name + '='))
                return line.mid(name.size() + 1);
        }
        return {};
    }
    static ApiAnswer introspect(const ServerProcess &server, const QByteArray &id, const QByteArray &secret, const QByteArray &token)
    {
        const QByteArray form = "client_id=" + id + "&client_secret=" + secret + "&token=" + token;
        return ApiClient(server.port())
            .exchange("POST /oauth/introspect HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                      + QByteArray::number(form.size()) + "\r\n\r\n" + form);
    }
};

void TestClients::createsListsAndRevokes()
{
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    const QByteArray token = ApiClient(server.port()).signup("ada-one").text("accessToken");
    const QByteArray foreign = ApiClient(server.port()).signup("bob-one").text("accessToken");
    ServerProcess command(directory);

    QCOMPARE(command.run({QStringLiteral("clients"), QStringLiteral("create"), QStringLiteral("the gateway"), QStringLiteral("--organization"),
                          QStringLiteral("ada-one")}),
             0);
    const QByteArray id = valueOf(command.output(), "client_id");
    const QByteArray secret = valueOf(command.output(), "client_secret");
    QCOMPARE(secret.size(), 43);
    QCOMPARE(introspect(server, id, secret, token).json.value(QLatin1String("active")), QJsonValue(true)); // at once
    QCOMPARE(introspect(server, id, secret, foreign).json.value(QLatin1String("active")), QJsonValue(false));

    QCOMPARE(command.run({QStringLiteral("clients"), QStringLiteral("list")}), 0);
    QVERIFY2(command.output().contains(id + "  the gateway"), command.output().constData());
    QVERIFY2(!command.output().contains(secret) && !command.errorOutput().contains(secret), "it is shown once");
    QVERIFY(!server.errorOutput().contains(secret));

    QCOMPARE(command.run({QStringLiteral("clients"), QStringLiteral("create"), QStringLiteral("the gateway")}), 1);
    QVERIFY2(command.errorOutput().contains("there is a client of that name"), command.errorOutput().constData());
    QCOMPARE(command.run({QStringLiteral("clients"), QStringLiteral("revoke"), QString::fromLatin1(id)}), 0);
    QTRY_COMPARE_WITH_TIMEOUT(introspect(server, id, secret, token).status, 401, 5'000); // REVOCATION_MAX_AGE
    QCOMPARE(command.run({QStringLiteral("clients"), QStringLiteral("revoke"), QString::fromLatin1(id)}), 1);
    QCOMPARE(command.run({QStringLiteral("clients"), QStringLiteral("list")}), 0);
    QVERIFY2(command.output().contains("revoked "), command.output().constData());
    QCOMPARE(server.stop(), std::optional(0));
    QCOMPARE(command.run({QStringLiteral("clients"), QStringLiteral("list")}), 0); // and without one: the command has its own PostgreSQL
    QVERIFY2(command.output().contains(id), command.output().constData());
}

void TestClients::saysWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *name, const QStringList &arguments, const char *says) {
        QTest::newRow(name) << QStringList{QStringLiteral("clients")} + arguments << QByteArray(says);
    };
    row("an organization that is not there",
        {QStringLiteral("create"), QStringLiteral("a"), QStringLiteral("--organization"), QStringLiteral("nobody")},
        "no organization with the slug nobody");
    row("a name that is too long", {QStringLiteral("create"), QString(101, u'a')}, "1 to 100 printable characters");
    row("a name with a line break", {QStringLiteral("create"), QStringLiteral("a\nb")}, "1 to 100 printable characters");
    row("an id that is none", {QStringLiteral("revoke"), QStringLiteral("gateway")}, "is no id of a client");
    row("an id that is nobody's", {QStringLiteral("revoke"), QStringLiteral("0193a0f0-7c00-7abc-8def-0000000c11e7")}, "no client with that id");
}

void TestClients::saysWhatIsWrong()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, says);
    if (!m_server.isRunning())
        QVERIFY_STARTS(m_server);
    ServerProcess command(m_directory);

    QCOMPARE(command.run(arguments), 1);

    QVERIFY2(command.errorOutput().contains(says), command.errorOutput().constData());
    QCOMPARE(AdminDatabase(m_directory).count("select count(*) from client"), qint64(0));
}

AEGIS_TEST(TestClients)
#include "TestClients.moc"
