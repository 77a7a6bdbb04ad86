#include "tests/process/AdminDatabase.h"
#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <csignal>

using namespace aegis::test;

/// Who cannot know whether a token was revoked does not let it pass.
class TestRevocationFeed : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void closesWhileTheDatabaseIsGone_data();
    void closesWhileTheDatabaseIsGone();
    void answersSoonWhileTheDatabaseHangs();
};

void TestRevocationFeed::closesWhileTheDatabaseIsGone_data()
{
    QTest::addColumn<bool>("hangs");
    QTest::newRow("it cannot be connected to") << false;
    QTest::newRow("it takes connections and does not answer") << true;
}

void TestRevocationFeed::closesWhileTheDatabaseIsGone()
{
    QFETCH(const bool, hangs);
    const DataDirectory directory;
    ServerProcess server(directory, {{"DATABASE_STATEMENT_TIMEOUT", "500ms"}});
    QVERIFY_STARTS(server);
    ApiClient client(server.port());
    const ApiAnswer signup = client.signup("ada-one");
    const ApiAnswer ended = client.login("ada-one");
    QCOMPARE(client.logout(ended.text("accessToken")).status, 204);
    const QByteArray token = signup.text("accessToken");
    QCOMPARE(client.verify(token).status, 204);
    const auto waitForAnswer = [&](int wanted) {
        QList<int> others;
        const bool came = QTest::qWaitFor(
            [&] {
                const int status = client.verify(token).status;
                if (status != 204 && status != 503)
                    others.append(status);
                return status == wanted;
            },
            30'000);
        return came && others.isEmpty();
    };

    const QList<qint64> processes = directory.postgresProcesses();
    const QString socket = directory.file(QStringLiteral("postgres/run/.s.PGSQL.5432"));
    const auto signalAll = [&](int number) {
        for (const qint64 process : processes)
            ::kill(static_cast<pid_t>(process), number);
    };
    const auto goOn = qScopeGuard([&] { signalAll(SIGCONT); }); // or the stopped ones would outlive the test
    if (hangs) {
        signalAll(SIGSTOP);
    } else {
        AdminDatabase administrator(directory);
        QVERIFY(QFile::rename(socket, socket + QStringLiteral(".away")));
        administrator.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'aegis_app'");
    }

    QVERIFY2(waitForAnswer(503), server.errorOutput().right(2000).constData());
    const ApiAnswer refusal = client.verify(token);
    QCOMPARE(refusal.status, 503); // and stays so
    QCOMPARE(refusal.code, QByteArray("revocation_unavailable"));
    QVERIFY(!refusal.raw.field("Retry-After").isEmpty());
    QCOMPARE(client.verify(ended.text("accessToken")).code, QByteArray("invalid_token")); // what is known needs no database
    QCOMPARE(client.verify(token + "x").code, QByteArray("invalid_token"));
    QCOMPARE(client.login("ada-one").code, QByteArray("database_unavailable"));
    QCOMPARE(client.get("/health/ready").status, 503);
    QCOMPARE(client.get("/health/live").status, 200);

    if (hangs)
        signalAll(SIGCONT);
    else
        QVERIFY(QFile::rename(socket + QStringLiteral(".away"), socket));

    QVERIFY2(waitForAnswer(204), server.errorOutput().right(2000).constData());
    // Statements that hung end by DATABASE_STATEMENT_TIMEOUT, each on its connection: until the last one has, ready is said now and then.
    QVERIFY(QTest::qWaitFor([&] { return client.get("/health/ready").status == 200; }, 60'000));
    QCOMPARE(client.verify(ended.text("accessToken")).status, 401);
    QCOMPARE(client.logout(token).status, 204);
    QCOMPARE(client.verify(token).status, 401);
}

void TestRevocationFeed::answersSoonWhileTheDatabaseHangs()
{
    using namespace std::chrono_literals;
    constexpr auto soon = 5s; // a read may take 2 s; the database is only taken for gone after 12 s or more
    const DataDirectory directory;
    ServerProcess server(directory);
    QVERIFY_STARTS(server);
    ApiClient client(server.port());
    const QByteArray token = client.signup("ada-one").text("accessToken");
    QCOMPARE(client.verify(token).status, 204);
    const QList<qint64> processes = directory.postgresProcesses();
    const auto signalAll = [&](int number) {
        for (const qint64 process : processes)
            ::kill(static_cast<pid_t>(process), number);
    };
    const auto goOn = qScopeGuard([&] { signalAll(SIGCONT); }); // or the stopped ones would outlive the test
    const auto timeOf = [](const auto &call) {
        const auto begin = std::chrono::steady_clock::now();
        call();
        return std::chrono::steady_clock::now() - begin;
    };

    signalAll(SIGSTOP);
    ApiAnswer ready;
    const auto readyTime = timeOf([&] { ready = client.get("/health/ready"); }); // the feed has not noticed yet
    auto longest = 0ns;
    ApiAnswer refusal;
    do {
        longest = std::max<std::chrono::nanoseconds>(longest, timeOf([&] { refusal = client.verify(token); }));
    } while (refusal.status == 204 && longest < soon);
    int refusals = 0;
    const auto timeOfMany = timeOf([&] {
        for (int i = 0; i < 20; ++i)
            refusals += client.verify(token).code == "revocation_unavailable" ? 1 : 0;
    });
    signalAll(SIGCONT);

    QCOMPARE(ready.status, 503);
    QVERIFY(readyTime < soon);
    QCOMPARE(refusal.code, QByteArray("revocation_unavailable"));
    QVERIFY(longest < soon);
    QCOMPARE(refusals, 20);
    QVERIFY(timeOfMany < soon); // not 2 s each: the first one's read is still out
    QTRY_COMPARE_WITH_TIMEOUT(client.verify(token).status, 204, 20'000);
    QTRY_COMPARE(client.get("/health/ready").status, 200);
}

AEGIS_TEST(TestRevocationFeed)
#include "TestRevocationFeed.moc"
