#include "tests/server/http/transport/WireClient.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;

/// Each check of /health/ready is seen to fail, and to be well again.
class TestReadiness : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isWell();
    void doesNotWaitForTheHousekeeping();
    void missesAMigration();
    void cannotOpenASigningKey();
    void hasAnotherClockThanTheDatabase();
    void missesThePartitionOfTomorrow();
    void hasAFullQueueOfTransactions();
    void hasAFullQueueOfPasswords();
    void doesNotKnowWhatIsRevoked();
};

namespace {

/// The status and the checks that failed, as `503 database passwordQueue`.
QByteArray readiness(const TestServer &server)
{
    const TestReply reply = server.client().get("/health/ready");
    QByteArray text = QByteArray::number(reply.status);
    const QJsonArray checks = reply.json()[QLatin1String("checks")].toArray();
    for (const QJsonValue &check : checks) {
        if (check[QLatin1String("status")].toString() != QLatin1String("ok"))
            text += ' ' + check[QLatin1String("name")].toString().toLatin1();
    }
    return checks.isEmpty() ? reply.described() : text;
}

/// Waits for it, and asks no more once it has been so.
bool becomes(const TestServer &server, const QByteArray &wanted)
{
    return QTest::qWaitFor([&] { return readiness(server) == wanted; }, 20'000);
}

/// Sends logins, whose answers nobody reads, until that check fails: one that comes before the worker has taken the one before
/// it finds no place in a queue of one.
bool failsUnderLogins(const TestServer &server, const QByteArray &check, std::vector<std::unique_ptr<WireClient>> &clients)
{
    const QByteArray body = R"({"email":"nobody@example.com","password":"Not-The-Password-1"})";
    const auto oneMore = [&] {
        clients.push_back(std::make_unique<WireClient>(server.port()));
        clients.back()->send("POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                             + QByteArray::number(body.size()) + "\r\n\r\n" + body);
        const QByteArray text = readiness(server);
        return text.startsWith("503 ") && text.split(' ').contains(check);
    };
    return QTest::qWaitFor(oneMore, 20'000);
}

} // namespace

void TestReadiness::isWell()
{
    const TestServer server;

    QCOMPARE(readiness(server), QByteArray("200"));
}

// Of which the start does no more than it needs: there is room for events. The rest may take as long as it takes.
void TestReadiness::doesNotWaitForTheHousekeeping()
{
    TestServer server;
    server.sql("insert into aegis.idempotency_key (tenant_id, operation, key_hash, fingerprint, response, created_at, expires_at) "
               "select gen_random_uuid(), 'signup', sha256('a'), sha256(''), '', now() - interval '2 days', now() - interval '1 day'");
    const QByteArray inAWeek = toRfc3339(server.now() + std::chrono::hours(24 * 7)).left(10).replace("-", "");
    server.sql(Sql::composed("drop table aegis.event_" + inAWeek));
    server.sql("delete from aegis.job_run where job = 'idempotency-cleanup'"); // as if nobody had done it yet
    const auto expired = [&] { return server.value<qint64>("select count(*) from aegis.idempotency_key"); };
    DatabaseSession other(server.database().administrator);
    std::unique_ptr<TestServer> second;

    const auto answer = other.write<QByteArray>(RequestContext::forSystem(server.now()), [&](Tx &tx) -> Result<QByteArray> {
        CHECK(tx.query("lock table aegis.idempotency_key in share row exclusive mode")); // clearing waits for it
        second = server.another({{"JOB_POLL", "100ms"}});
        return readiness(*second);
    });

    QVERIFY_RESULT(answer);
    QCOMPARE(*answer, QByteArray("200"));
    QVERIFY(server.value<bool>(Sql::composed("select to_regclass('aegis.event_" + inAWeek + "') is not null")));
    // Should it have waited for the lock for too long, it need not wait for its next try.
    server.sql("update aegis.job set requested_at = $1 where name = 'idempotency-cleanup'", server.now());
    QTRY_COMPARE_WITH_TIMEOUT(expired(), qint64(0), 20'000);
}

void TestReadiness::missesAMigration()
{
    TestServer server;

    server.sql("create table migration_before as select * from aegis.migration");
    server.sql("delete from aegis.migration where version = (select max(version) from aegis.migration)");
    QCOMPARE(readiness(server), QByteArray("503 migrations"));
    server.sql("insert into aegis.migration select * from migration_before on conflict do nothing");
    QCOMPARE(readiness(server), QByteArray("200"));
}

void TestReadiness::cannotOpenASigningKey()
{
    TestServer server(Environment{{"JWT_KEY_POLL", "50ms"}});

    // Its private part is sealed for another one.
    server.sql("insert into aegis.signing_key (kid, algorithm, private_sealed, public_jwk, created_at, signs_from) "
               "select 'strange', algorithm, private_sealed, public_jwk, created_at, now() + interval '30 minutes' from aegis.signing_key "
               "order by signs_from desc limit 1");
    QVERIFY(becomes(server, "503 signingKeys"));
    server.sql("delete from aegis.signing_key where kid = 'strange'");
    QVERIFY(becomes(server, "200"));
}

void TestReadiness::hasAnotherClockThanTheDatabase()
{
    TestServer server;

    server.advance(std::chrono::minutes(2));
    QCOMPARE(readiness(server), QByteArray("503 clock"));
    server.advance(std::chrono::minutes(-2));
    QCOMPARE(readiness(server), QByteArray("200"));
}

void TestReadiness::missesThePartitionOfTomorrow()
{
    TestServer server;
    const QByteArray tomorrow = toRfc3339(server.now() + std::chrono::hours(24)).left(10).replace("-", "");

    server.sql(Sql::composed("drop table aegis.event_" + tomorrow));
    QCOMPARE(readiness(server), QByteArray("503 eventPartitions"));
    server.advance({}); // the housekeeping of the next hour
    QCOMPARE(readiness(server), QByteArray("200"));
}

void TestReadiness::hasAFullQueueOfTransactions()
{
    TestServer server({{"DATABASE_POOL_SIZE", "1"}, {"DATABASE_QUEUE", "1"}});
    DatabaseSession other(server.database().administrator);
    std::vector<std::unique_ptr<WireClient>> clients;

    const auto failed = other.write<bool>(RequestContext::forSystem(server.now()), [&](Tx &tx) -> Result<bool> {
        CHECK(tx.query("lock table aegis.user"));
        return failsUnderLogins(server, "databaseQueue", clients);
    });

    QVERIFY_RESULT(failed);
    QVERIFY(*failed);
    QVERIFY(becomes(server, "200"));
}

void TestReadiness::hasAFullQueueOfPasswords()
{
    TestServer server({{"HASH_THREADS", "1"}, {"HASH_QUEUE", "1"}, {"PASSWORD_HASH", "bcrypt"}, {"BCRYPT_ROUNDS", "14"}}); // about a second
    std::vector<std::unique_ptr<WireClient>> clients;

    QVERIFY(failsUnderLogins(server, "passwordQueue", clients));
    QVERIFY(becomes(server, "200"));
}

void TestReadiness::doesNotKnowWhatIsRevoked()
{
    TestServer server({{"REVOCATION_POLL", "20ms"}, {"REVOCATION_MAX_AGE", "100ms"}});

    server.sql("alter table aegis.revocation rename to revocation_away");
    QVERIFY(becomes(server, "503 database revocations")); // whoever cannot be asked is not asked again
    server.sql("alter table aegis.revocation_away rename to revocation");
    QVERIFY(becomes(server, "200"));
}

AEGIS_TEST(TestReadiness)
#include "TestReadiness.moc"
