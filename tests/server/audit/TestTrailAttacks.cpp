#include "tests/server/audit/AuditTrail.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

/// An event in the midst of the others.
constexpr char oneEvent[] = "(select id from aegis.event where type = 'UserLogout' order by xid, id offset 11 limit 1)";

QByteArray onOne(const QByteArray &changes)
{
    return "update aegis.event set " + changes + " where id = " + oneEvent;
}

} // namespace

// Each does to a real database what somebody could who has it, as its superuser; each is found.
class TestTrailAttacks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_trail.reset(); }
    void init();

    void withoutAnAttackItIsWhole();
    void anEditedColumnIsFound_data();
    void anEditedColumnIsFound();
    void anEditWithItsDigestRecomputedIsFound();
    void aDeletedEventIsFound();
    void aDeletedEventIsFoundThoughItsSealForgetsIt();
    void anInsertedEventIsFound();
    void anInsertedEventOfTheFutureIsFound();
    void eventsInAnotherOrderAreFound();
    void aMovedEventIsFound();
    void aSealThatWasTakenOutIsFound();
    void aChangedSealIsFound_data();
    void aChangedSealIsFound();
    void whatWasCutOffIsFoundWithAKeptHead();
    void aSealerThatRunsSeesThatItsSealsAreGone();
    void sealsThatAreAllGoneAreFound();
    void aClockThatWasSetBackIsFound();
    void aTrailThatIsSealedAnewWithAnotherKeyIsFound();
    void anotherKeyCannotBePutBesideTheFirst();
    void aSealerDoesNotSealOnADamagedTrail();

private:
    QUuid oneId() { return m_trail->value<QUuid>(Sql::composed(m_text = QByteArray("select ") + oneEvent)); }
    void attack(const QByteArray &statement) { m_trail->sql(Sql::composed(statement)); }

    std::unique_ptr<AuditTrail> m_trail;
    Instant m_filledAt{};
    QByteArray m_text;
};

void TestTrailAttacks::initTestCase()
{
    m_trail = std::make_unique<AuditTrail>();
    m_trail->fill();
    m_filledAt = m_trail->now;
    for (const QByteArray table : {"event", "seal", "seal_key", "seal_node"})
        attack("create table public." + table + "_kept as select * from aegis." + table);
}

/// Undoes the attack before.
void TestTrailAttacks::init()
{
    m_trail->sql("truncate aegis.event, aegis.seal, aegis.seal_key, aegis.seal_node, aegis.job_lease");
    for (const QByteArray table : {"event", "seal", "seal_key", "seal_node"})
        attack("insert into aegis." + table + " select * from public." + table + "_kept");
    m_trail->now = m_filledAt;
    m_trail->restartSealer();
}

void TestTrailAttacks::withoutAnAttackItIsWhole()
{
    const TrailVerdict verdict = m_trail->check(m_trail->keptHead());

    QCOMPARE(verdict.lines().join(u'\n').toUtf8().left(6), QByteArray("WHOLE:"));
    QVERIFY(verdict.isWhole() && verdict.isPinned && verdict.isHeadKept);
    QVERIFY(verdict.events >= 36);
    QVERIFY(verdict.seals >= 5);
    QCOMPARE(verdict.digests, quint64(0));
    QVERIFY(verdict.events + verdict.unsealed == quint64(m_trail->value<qint64>("select count(*) from aegis.event")));
}

void TestTrailAttacks::anEditedColumnIsFound_data()
{
    QTest::addColumn<QByteArray>("changes");
    QTest::addColumn<QByteArray>("kinds");
    const auto edited = [](const char *name, const char *changes) { QTest::newRow(name) << QByteArray(changes) << QByteArray("edited"); };
    edited("tenant", "tenant_id = gen_random_uuid()");
    edited("type", "type = 'UserLoggedIn'");
    edited("version", "version = version + 1");
    edited("a millisecond", "occurred_at = occurred_at + interval '1 ms'");
    edited("a microsecond", "occurred_at = occurred_at + interval '1 us'");
    edited("organization", "organization_id = gen_random_uuid()");
    edited("actor", "actor_id = null");
    edited("subject", "subject_id = gen_random_uuid()");
    edited("session", "session_id = null");
    edited("correlation", "correlation_id = gen_random_uuid()");
    edited("cause", "causation_id = gen_random_uuid()");
    edited("address", "ip = '192.0.2.8'");
    edited("mask of the address", "ip = '192.0.2.7/24'");
    edited("agent", "user_agent = user_agent || ' '");
    edited("agent to nothing", "user_agent = null");
    edited("payload", "payload = payload || '{\"allDevices\": null}'");
    edited("another member in the payload", "payload = payload || '{\"more\": 1}'");
    edited("digest", "digest = sha256('x')");
    QTest::newRow("the way in which the bytes are made") << QByteArray("canon = 7") << QByteArray("unreadable");
}

void TestTrailAttacks::anEditedColumnIsFound()
{
    QFETCH(QByteArray, changes);
    QFETCH(QByteArray, kinds);
    const QUuid id = oneId();

    attack(onOne(changes));

    const TrailVerdict verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), kinds);
    QCOMPARE(verdict.faultCount, quint64(1));
    QCOMPARE(verdict.faults.front().event, id);
    QVERIFY(verdict.faults.front().sequence > 0);
}

void TestTrailAttacks::anEditWithItsDigestRecomputedIsFound()
{
    const QUuid id = oneId();
    attack(onOne("payload = '{\"allDevices\": \"never\"}'"));
    const auto stored = m_trail->serving.read<std::vector<StoredEvent>>(RequestContext::forSystem(m_trail->now),
                                                                        [&](Tx &tx) { return AuditTrailStore::byIds(tx, {id}); });
    const QByteArray digest = sha256(stored->front().canonical);
    m_trail->sql("update aegis.event set digest = $2 where id = $1", id, Bytes{digest});

    TrailVerdict verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), QByteArray("edited"));
    QCOMPARE(verdict.faults.front().event, id);

    // And in the seal as well: then its root is not that of its digests.
    m_trail->sql("update aegis.seal set digests = overlay(digests placing $2 from (position(uuid_send($1) in event_ids) - 1) * 2 + 1 for 32) "
                 "where position(uuid_send($1) in event_ids) > 0",
                 id, Bytes{digest});
    verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), QByteArray("wrong_root"));
}

void TestTrailAttacks::aDeletedEventIsFound()
{
    const QUuid id = oneId();

    attack(QByteArray("delete from aegis.event where id = ") + oneEvent);

    const TrailVerdict verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), QByteArray("deleted"));
    QCOMPARE(verdict.faults.front().event, id);
    QVERIFY(verdict.lines().at(1).contains(QString::fromLatin1(uuidText(id))));
}

void TestTrailAttacks::aDeletedEventIsFoundThoughItsSealForgetsIt()
{
    m_trail->sql("delete from aegis.event where id in (select encode(substr(event_ids, 1, 16), 'hex')::uuid from aegis.seal where sequence = 2)");
    m_trail->sql("update aegis.seal set event_ids = substr(event_ids, 17), digests = substr(digests, 33), event_count = event_count - 1, "
                 "first_position = first_position + 1 where sequence = 2");

    QVERIFY(kindsOf(m_trail->check()).contains("wrong_root"));
}

void TestTrailAttacks::anInsertedEventIsFound()
{
    const QUuid id = QUuid(makeUuid7(m_trail->now));
    m_trail->sql("insert into aegis.event select tenant_id, $1, type, version, occurred_at, organization_id, actor_id, subject_id, session_id, "
                 "correlation_id, causation_id, ip, user_agent, payload, canon, digest, xid from aegis.event order by xid, id offset 11 limit 1",
                 id);

    const TrailVerdict verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), QByteArray("inserted"));
    QCOMPARE(verdict.faults.front().event, id);
}

// It would never be sealed, and always seem to be too young for it.
void TestTrailAttacks::anInsertedEventOfTheFutureIsFound()
{
    m_trail->sql("insert into aegis.event select tenant_id, $1, type, version, occurred_at, organization_id, actor_id, subject_id, session_id, "
                 "correlation_id, causation_id, ip, user_agent, payload, canon, digest, xid + 1000000 from aegis.event order by xid, id limit 1",
                 makeUuid7(m_trail->now));

    QCOMPARE(kindsOf(m_trail->check()), QByteArray("inserted"));
}

void TestTrailAttacks::eventsInAnotherOrderAreFound()
{
    m_trail->sql("update aegis.seal set event_ids = substr(event_ids, 17, 16) || substr(event_ids, 1, 16) || substr(event_ids, 33), "
                 "digests = substr(digests, 33, 32) || substr(digests, 1, 32) || substr(digests, 65) where sequence = 3");

    const TrailVerdict verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), QByteArray("reordered wrong_root"));
    QCOMPARE(verdict.faults.front().sequence, qint64(3));
}

void TestTrailAttacks::aMovedEventIsFound()
{
    const QUuid id = oneId();

    attack(onOne("xid = (select min(xid) from aegis.event)"));

    const TrailVerdict verdict = m_trail->check();
    QVERIFY(kindsOf(verdict).contains("reordered"));
    QVERIFY(std::any_of(verdict.faults.begin(), verdict.faults.end(), [&](const TrailFault &fault) { return fault.event == id; }));
}

void TestTrailAttacks::aSealThatWasTakenOutIsFound()
{
    m_trail->sql("delete from aegis.event where id in (select encode(substr(s.event_ids, i * 16 + 1, 16), 'hex')::uuid "
                 "from aegis.seal s, generate_series(0, s.event_count - 1) i where s.sequence = 3)");
    m_trail->sql("delete from aegis.seal where sequence = 3");

    const TrailVerdict verdict = m_trail->check();
    QVERIFY(kindsOf(verdict).startsWith("deleted"));
    QCOMPARE(verdict.faults.front().sequence, qint64(4));
}

void TestTrailAttacks::aChangedSealIsFound_data()
{
    QTest::addColumn<QByteArray>("changes");
    QTest::newRow("its root") << QByteArray("root = sha256('x')");
    QTest::newRow("its time") << QByteArray("sealed_at = sealed_at + interval '1 us'");
    QTest::newRow("its era") << QByteArray("era = 2");
    QTest::newRow("its transactions") << QByteArray("xid_to = xid_to + 1");
    QTest::newRow("its signature") << QByteArray("signature = substr(signature || signature, 2, 64)");
    QTest::newRow("its key") << QByteArray("key_id = 'another'");
    QTest::newRow("what it follows") << QByteArray("previous = sha256('x')");
}

void TestTrailAttacks::aChangedSealIsFound()
{
    QFETCH(QByteArray, changes);
    attack("update aegis.seal set " + changes + " where sequence = 3");

    const TrailVerdict verdict = m_trail->check();
    QVERIFY(!verdict.isWhole());
    QCOMPARE(verdict.faults.front().sequence, qint64(3));
}

void TestTrailAttacks::whatWasCutOffIsFoundWithAKeptHead()
{
    const TrailTrust kept = m_trail->keptHead();
    m_trail->sql("delete from aegis.event where xid >= (select xid_from from aegis.seal where sequence = 4)");
    m_trail->sql("delete from aegis.seal where sequence >= 4");

    QVERIFY(m_trail->check().isWhole()); // the end of a chain proves nothing of what came after it
    QCOMPARE(kindsOf(m_trail->check(kept)), QByteArray("truncated"));

    // What comes afterwards does not hide it.
    m_trail->restartSealer();
    for (int i = 0; i < 6; ++i) {
        m_trail->append(9);
        m_trail->seal();
    }
    QVERIFY(m_trail->check().isWhole());
    QCOMPARE(kindsOf(m_trail->check(kept)), QByteArray("other_history"));
}

void TestTrailAttacks::aSealerThatRunsSeesThatItsSealsAreGone()
{
    auto sealer = m_trail->sealer();
    QVERIFY_RESULT(sealer->step());
    m_trail->sql("delete from aegis.seal where sequence >= 4");
    m_trail->append(3);

    const auto step = sealer->step();

    QVERIFY(!step.ok());
    QVERIFY(step.problem().detail.contains(QStringLiteral("newest seals are gone")));
    QCOMPARE(m_trail->value<qint64>("select max(sequence) from aegis.seal"), qint64(3));
}

void TestTrailAttacks::sealsThatAreAllGoneAreFound()
{
    m_trail->sql("truncate aegis.seal, aegis.seal_key, aegis.seal_node");
    m_trail->now += 11min;

    QCOMPARE(kindsOf(m_trail->check()), QByteArray("unsealed"));
}

void TestTrailAttacks::aClockThatWasSetBackIsFound()
{
    m_trail->now -= 1h;
    m_trail->append(2);
    m_trail->seal();
    m_trail->now += 2h;
    m_trail->append(2);
    m_trail->seal();

    const TrailVerdict verdict = m_trail->check();
    QCOMPARE(kindsOf(verdict), QByteArray("clock_rollback"));
    QCOMPARE(verdict.faultCount, quint64(1));
}

// Everything is made anew by somebody who has the database and not the key: events, digests, tree, chain, signatures, keys.
void TestTrailAttacks::aTrailThatIsSealedAnewWithAnotherKeyIsFound()
{
    const TrailTrust kept = m_trail->keptHead();
    const QUuid id = oneId();
    m_trail->sql("truncate aegis.seal, aegis.seal_key, aegis.seal_node");
    attack(onOne("payload = '{\"allDevices\": \"never\"}'"));
    const auto stored = m_trail->serving.read<std::vector<StoredEvent>>(RequestContext::forSystem(m_trail->now),
                                                                        [&](Tx &tx) { return AuditTrailStore::byIds(tx, {id}); });
    m_trail->sql("update aegis.event set digest = $2 where id = $1", id, Bytes{sha256(stored->front().canonical)});
    m_trail->restartSealer(auditKeys(66));
    m_trail->seal();

    const TrailVerdict own = m_trail->check({});
    QVERIFY(own.isWhole() && !own.isPinned); // in itself it is whole: one has to know the key
    QVERIFY(own.lines().join(u'\n').contains(QStringLiteral("compare it with the one that the server publishes")));
    QCOMPARE(kindsOf(m_trail->check()), QByteArray("unknown_key"));
    QVERIFY(kindsOf(m_trail->check(kept)).contains("unknown_key"));
    QVERIFY(kindsOf(m_trail->check({.keys = {auditKey(66).kid()}, .key = {}, .head = kept.head})).contains("other_history"));

    // The server itself does not go on with it either.
    m_trail->append(1);
    m_trail->now += 20s;
    QVERIFY(!m_trail->sealer()->step().ok());
}

void TestTrailAttacks::anotherKeyCannotBePutBesideTheFirst()
{
    // Seals of the attacker follow those of the server, with a statement that the first key never signed.
    m_trail->restartSealer(auditKeyInPlaceOf(1, 66));
    m_trail->append(2);
    m_trail->seal();
    m_trail->sql("update aegis.seal_key set endorsement = signature where previous_key is not null");

    QCOMPARE(kindsOf(m_trail->check()), QByteArray("wrong_signature"));
}

void TestTrailAttacks::aSealerDoesNotSealOnADamagedTrail()
{
    m_trail->sql("update aegis.seal set digests = substr(digests, 33) || substr(digests, 1, 32) where sequence = 4");
    const qint64 before = m_trail->head().sequence;
    m_trail->append(2);
    auto sealer = m_trail->sealer();

    const auto step = sealer->step();

    QVERIFY(!step.ok());
    QVERIFY(step.problem().detail.contains(QStringLiteral("aegisd audit verify")));
    QCOMPARE(m_trail->head().sequence, before);
}

AEGIS_TEST(TestTrailAttacks)
#include "TestTrailAttacks.moc"
