#include "tests/server/audit/AuditTrail.h"
#include "tests/support/Together.h"

#include <atomic>
#include <thread>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestSealer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_trail = std::make_unique<AuditTrail>(); }
    void cleanup() { m_trail.reset(); }

    void sealsEachEventOnce();
    void writesNothingWhenIdle();
    void lateCommitsAreSealed();
    void aTransactionIsNeverDivided();
    void goesOnWhereAnotherOneHasStopped();
    void oneOfTwoSealsAtATime();
    void twoAtOnceSealEachEventOnce();
    void oneThatIsKilledLeavesAWholeChain();
    void anotherTakesOverWhenTheLeaseHasRunOut();
    void goesOnAfterADayWasDropped();
    void aRestoreFromADumpBeginsAnEra();
    void tellsOfTheDayOnce();
    void saysHowLongEventsWait();
    void clocksThatDifferALittleAreNoRollback();
    void theServingRoleChangesNoSeal();

private:
    std::unique_ptr<AuditTrail> m_trail;
};

void TestSealer::sealsEachEventOnce()
{
    std::vector<QUuid> ids = m_trail->append(3);
    for (const QUuid &id : m_trail->append(300))
        ids.push_back(id);
    m_trail->seal();

    const Seal seal = m_trail->head();
    QCOMPARE(seal.sequence, qint64(1));
    QCOMPARE(seal.size, quint64(303));
    QCOMPARE(m_trail->value<QByteArray>("select event_ids from aegis.seal"), [&ids] {
        QByteArray all;
        for (const QUuid &id : ids)
            all += id.toRfc4122();
        return all;
    }());
    QCOMPARE(m_trail->value<qint64>("select count(*) from aegis.seal_node"), qint64(1)); // of 256 leaves
    QVERIFY(auditKey(1).verify(seal.statement(), seal.signature));
    QVERIFY(m_trail->check().isWhole());
}

void TestSealer::writesNothingWhenIdle()
{
    m_trail->append(1);
    for (int i = 0; i < 3; ++i)
        m_trail->seal(); // the event that says so is sealed as well
    const qint64 before = m_trail->value<qint64>("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
    const qint64 seals = m_trail->head().sequence;

    for (int i = 0; i < 10; ++i) {
        m_trail->now += 10s;
        m_trail->seal();
    }

    QCOMPARE(m_trail->head().sequence, seals);
    QCOMPARE(m_trail->value<qint64>("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"), before);
    QCOMPARE(seals, qint64(2));
}

// A transaction that began first and ends last: who polls by time or by a sequence misses it.
void TestSealer::lateCommitsAreSealed()
{
    DatabaseSession slow(m_trail->database.administrator);
    auto connection = slow.connection();
    QVERIFY_RESULT(connection);
    m_trail->append(1);
    m_trail->seal();
    QVERIFY(!(*connection)
                 ->script("begin; insert into aegis.event (tenant_id, id, type, version, occurred_at, correlation_id, payload, digest) "
                          "select tenant_id, aegis.uuid7_floor(now()), 'UserLogout', 1, date_trunc('milliseconds', now()), correlation_id, '{}', "
                          "sha256('late') from aegis.event limit 1"));
    m_trail->append(4);
    m_trail->seal();
    const quint64 meanwhile = m_trail->head().size;
    QVERIFY(m_trail->check().isWhole());

    QVERIFY(!(*connection)->script("commit"));
    m_trail->seal();
    m_trail->seal();

    QVERIFY(meanwhile <= 2); // what came after it waits for it
    QCOMPARE(m_trail->value<qint64>("select sum(event_count) from aegis.seal"), m_trail->value<qint64>("select count(*) from aegis.event"));
    const TrailVerdict verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), QByteArray("edited")); // its digest was not made of its columns: it was sealed as it was
    QCOMPARE(verdict.faultCount, quint64(1));
}

void TestSealer::aTransactionIsNeverDivided()
{
    auto sealer = m_trail->sealer(auditKeys(1), 5);
    m_trail->append(3);
    m_trail->append(9);
    m_trail->append(1);

    QVERIFY_RESULT(sealer->step());

    // The second one is of the first transaction, which it fills up with; the one after it follows whole.
    QCOMPARE(m_trail->value<QByteArray>("select string_agg(event_count::text, ' ' order by sequence) from aegis.seal where sequence < 3"),
             QByteArray("12 2"));
    QVERIFY(m_trail->check().isWhole());
}

void TestSealer::goesOnWhereAnotherOneHasStopped()
{
    for (int i = 0; i < 8; ++i) {
        m_trail->append(90);
        m_trail->restartSealer();
        m_trail->seal();
    }

    QVERIFY(m_trail->head().size > 720);
    QCOMPARE(m_trail->value<qint64>("select count(*) from aegis.seal_node"), qint64(2));
    QVERIFY(m_trail->check().isWhole());
}

void TestSealer::oneOfTwoSealsAtATime()
{
    auto other = m_trail->sealer();
    m_trail->append(2);
    m_trail->seal();
    m_trail->append(2);

    QVERIFY_RESULT(other->step());
    QCOMPARE(m_trail->head().sequence, qint64(1));
    QCOMPARE(other->lag().count(), 0); // it is another one's business
    m_trail->seal();

    QVERIFY(m_trail->head().sequence > 1);
}

// Whatever the lease says, as after a clock that jumped.
void TestSealer::twoAtOnceSealEachEventOnce()
{
    std::atomic<bool> isDone = false;
    std::thread writer([&] {
        DatabaseSession session(m_trail->database.administrator);
        for (int i = 0; i < 100; ++i)
            m_trail->append(3);
        isDone = true;
    });
    std::thread thief([&] {
        DatabaseSession session(m_trail->database.administrator);
        while (!isDone)
            static_cast<void>(session.write<Rows>(RequestContext::forSystem(systemNow()), [](Tx &tx) {
                return tx.query("update aegis.job_lease set held_until = now() - interval '1 day'");
            }));
    });
    const auto outcomes = together(2, [&](int) {
        Sealer::Options options;
        options.lease = 1s;
        Metrics metrics;
        Sealer sealer(DatabaseSession(m_trail->database.serving), auditKeys(1), metrics, options);
        bool isGood = true;
        while (!isDone)
            isGood = sealer.step().ok() && isGood;
        return isGood;
    });
    writer.join();
    thief.join();
    m_trail->now = systemNow() + 1min;
    m_trail->restartSealer();
    for (int i = 0; i < 3; ++i)
        m_trail->seal();

    QVERIFY(outcomes[0] && outcomes[1]);
    QCOMPARE(m_trail->value<qint64>("select sum(event_count) from aegis.seal"), m_trail->value<qint64>("select count(*) from aegis.event"));
    const TrailVerdict verdict = m_trail->check();
    QVERIFY2(verdict.isWhole(), verdict.lines().join(u'\n').toUtf8().constData());
}

void TestSealer::oneThatIsKilledLeavesAWholeChain()
{
    for (int i = 0; i < 30; ++i) {
        m_trail->append(5);
        std::atomic<bool> isDone = false;
        std::thread killer([&] {
            DatabaseSession session(m_trail->database.administrator);
            while (!isDone)
                static_cast<void>(session.read<Rows>(RequestContext::forSystem(systemNow()), [](Tx &tx) {
                    return tx.query("select pg_terminate_backend(pid) from pg_stat_activity where query like '%seal%' and pid <> pg_backend_pid()");
                }));
        });
        m_trail->restartSealer();
        static_cast<void>(m_trail->sealer()->step());
        isDone = true;
        killer.join();
        m_trail->now += 20s; // the lease of the one that died
    }
    m_trail->restartSealer();
    for (int i = 0; i < 3; ++i)
        m_trail->seal();

    QCOMPARE(m_trail->value<qint64>("select sum(event_count) from aegis.seal"), m_trail->value<qint64>("select count(*) from aegis.event"));
    QVERIFY(m_trail->check().isWhole());
}

void TestSealer::anotherTakesOverWhenTheLeaseHasRunOut()
{
    m_trail->append(2);
    m_trail->seal(); // and is killed
    m_trail->append(2);
    m_trail->now += 11s;
    auto other = m_trail->sealer();

    QVERIFY_RESULT(other->step());

    QVERIFY(m_trail->head().sequence > 1);
    QVERIFY(m_trail->check().isWhole());
}

void TestSealer::goesOnAfterADayWasDropped()
{
    m_trail->fill();
    const quint64 before = m_trail->head().size;
    m_trail->now += 24h * 2;
    m_trail->fill();
    QVERIFY(m_trail->check().isWhole());

    // As retention does: the oldest days.
    const Rows days = m_trail->sql("select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = "
                                   "'aegis.event'::regclass and c.relname < 'event_' || to_char($1::timestamptz at time zone 'UTC', 'YYYYMMDD')",
                                   m_trail->now);
    for (const Row day : days)
        m_trail->sql(Sql::composed(QByteArray("drop table aegis.") + day.get<QByteArray>(0)));
    m_trail->append(3);
    m_trail->seal();

    const TrailVerdict verdict = m_trail->check(m_trail->keptHead());
    QVERIFY2(verdict.isWhole(), verdict.lines().join(u'\n').toUtf8().constData());
    QVERIFY(verdict.digests >= before && verdict.events > 36);

    // A day in between is no retention.
    m_trail->now += 24h * 2;
    m_trail->append(1);
    m_trail->seal();
    m_trail->sql(Sql::composed(QByteArray("drop table aegis.event_") + toRfc3339(m_trail->now).left(10).replace("-", "")));
    QVERIFY(kindsOf(m_trail->check()).contains("deleted"));
}

// The other cluster is played by a function that adds to the transaction ids.
void TestSealer::aRestoreFromADumpBeginsAnEra()
{
    const QByteArray function = m_trail->value<QByteArray>("select pg_get_functiondef('aegis.sealable_events'::regproc)");
    QByteArray elsewhere = function;
    elsewhere.replace("::text::bigint", "::text::bigint + 1000000");
    m_trail->sql(Sql::composed(elsewhere));
    const auto ageEvents = [&] { m_trail->sql("update aegis.event set xid = xid + 1000000 where xid < 1000000"); };
    for (int i = 0; i < 3; ++i) {
        m_trail->append(4);
        ageEvents();
        m_trail->seal();
    }
    m_trail->append(4); // not sealed when the dump was made
    ageEvents();
    m_trail->sql("update aegis.event set xid = 1000000 + pg_current_xact_id()::text::bigint + 10 where xid = (select max(xid) from aegis.event)");

    m_trail->sql(Sql::composed(function)); // the restored database
    m_trail->restartSealer();
    for (int i = 0; i < 4; ++i) {
        m_trail->append(2);
        m_trail->seal();
    }

    QCOMPARE(m_trail->head().era, 2);
    QCOMPARE(m_trail->value<qint64>("select sum(event_count) from aegis.seal"),
             m_trail->value<qint64>("select count(*) from aegis.event")
                 - m_trail->value<qint64>("select count(*) from aegis.event where xid > $1 and xid < 900000", m_trail->head().xidTo - 1));
    const TrailVerdict verdict = m_trail->check();
    QVERIFY2(verdict.isWhole(), verdict.lines().join(u'\n').toUtf8().constData());
}

void TestSealer::tellsOfTheDayOnce()
{
    const auto reasons = [&] {
        return m_trail->value<QByteArray>(
            "select coalesce(string_agg(payload ->> 'reason', ' ' order by id), '') from aegis.event where type = 'AuditSealed'");
    };
    m_trail->fill();
    QCOMPARE(reasons(), QByteArray("key"));
    m_trail->now += 24h;
    m_trail->fill();

    QCOMPARE(reasons(), QByteArray("key day"));
    m_trail->restartSealer(auditKeys(2, {1}));
    m_trail->fill();
    QCOMPARE(reasons(), QByteArray("key day key"));
    QVERIFY(m_trail->check().isWhole());
}

void TestSealer::saysHowLongEventsWait()
{
    DatabaseSession slow(m_trail->database.administrator);
    auto connection = slow.connection();
    m_trail->append(1);
    auto sealer = m_trail->sealer();
    QVERIFY_RESULT(sealer->step());
    QVERIFY_RESULT(sealer->step());
    QCOMPARE(sealer->lag().count(), 0);
    QVERIFY(!(*connection)->script("begin; select pg_current_xact_id()")); // somebody has left a transaction open
    m_trail->append(1);
    for (int i = 0; i < 2; ++i)
        QVERIFY_RESULT(sealer->step());

    m_trail->now += 61s;
    QVERIFY(sealer->lag() >= 60s);
    QVERIFY_RESULT(sealer->step());
    QVERIFY(m_trail->metrics.render().contains("\naegis_audit_seal_lag_seconds 6"));

    QVERIFY(!(*connection)->script("commit"));
    QVERIFY_RESULT(sealer->step());
    QVERIFY_RESULT(sealer->step());
    QCOMPARE(sealer->lag().count(), 0);
}

void TestSealer::clocksThatDifferALittleAreNoRollback()
{
    m_trail->append(1);
    m_trail->seal();
    m_trail->now -= 5s;
    m_trail->append(1);
    m_trail->seal();

    QVERIFY(m_trail->head().sequence > 1);
    QVERIFY(m_trail->check().isWhole());
}

void TestSealer::theServingRoleChangesNoSeal()
{
    m_trail->fill();
    for (const char *statement :
         {"update aegis.seal set sealed_at = now()", "delete from aegis.seal", "truncate aegis.seal", "delete from aegis.seal_key",
          "update aegis.seal_key set key_id = 'x'", "delete from aegis.seal_node", "update aegis.seal_node set level = 16"}) {
        const QByteArray text(statement);
        const auto outcome = m_trail->serving.write<Rows>(RequestContext::forSystem(m_trail->now),
                                                          [&](Tx &tx) { return tx.query(Sql::composed(text)); });
        QVERIFY2(!outcome.ok(), statement);
    }
    QVERIFY(m_trail->check().isWhole());
}

AEGIS_TEST(TestSealer)
#include "TestSealer.moc"
