#include "server/audit/AuditProofService.h"
#include "tests/server/audit/AuditTrail.h"
#include "tests/support/Await.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestAuditProofs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void anOrganizationProvesItsOwnEvents();
    void nobodyProvesAnothersEvents();
    void whatIsNotSealedIsNotProved();
    void everyHeadGoesOnFromEveryOther();
    void largeTreesAreProvedFromTheirNodes();
    void aProofIsStillThereWhenTheEventIsOld();
    void publishesItsKeys();

private:
    RequestContext contextOf(const OrganizationId &organization) const
    {
        RequestContext context = RequestContext::forSystem(m_trail->now);
        context.tenant.organization = organization;
        return context;
    }

    std::unique_ptr<AuditTrail> m_trail;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<AuditProofService> m_proofs;
};

void TestAuditProofs::init()
{
    m_proofs.reset();
    m_database.reset();
    m_trail = std::make_unique<AuditTrail>();
    m_database = std::make_unique<Database>(m_trail->database.options());
    m_proofs = std::make_unique<AuditProofService>(*m_database);
}

void TestAuditProofs::anOrganizationProvesItsOwnEvents()
{
    QVERIFY(await(m_proofs->head(contextOf({}))).problem().code == ProblemCode::NotFound);
    const OrganizationId loom = OrganizationId::make(m_trail->now);
    m_trail->fill();
    const std::vector<QUuid> ids = m_trail->append(5, loom);
    m_trail->seal();
    m_trail->fill();

    for (const QUuid &id : ids) {
        const auto proof = await(m_proofs->inclusionProof(contextOf(loom), EventId(id)));
        QVERIFY_RESULT(proof);
        QVERIFY(auditKey(1).verify(proof->head.statement(), proof->head.signature));
        QVERIFY(merkle::isIncluded(merkle::leafHash(bytesOf(proof->digest)), proof->position, proof->head.size, proof->path, proof->head.root));
        QCOMPARE(bytesOf(proof->digest), m_trail->value<QByteArray>("select digest from aegis.event where id = $1", id));
    }
    const auto older = await(m_proofs->inclusionProof(contextOf(loom), EventId(ids[0]), m_trail->head().sequence - 1));
    QVERIFY_RESULT(older);
    QCOMPARE(older->head.sequence, m_trail->head().sequence - 1);
    QVERIFY(await(m_proofs->inclusionProof(contextOf(loom), EventId(ids[0]), 1)).problem().code == ProblemCode::NotFound);
}

void TestAuditProofs::nobodyProvesAnothersEvents()
{
    const OrganizationId loom = OrganizationId::make(m_trail->now);
    const std::vector<QUuid> ids = m_trail->append(2, loom);
    m_trail->seal();

    QVERIFY(await(m_proofs->inclusionProof(contextOf(OrganizationId::make(m_trail->now)), EventId(ids[0]))).problem().code == ProblemCode::NotFound);
    QVERIFY(await(m_proofs->inclusionProof(contextOf({}), EventId(ids[0]))).problem().code == ProblemCode::NotFound);
    QVERIFY(await(m_proofs->inclusionProof(contextOf(loom), EventId::make(m_trail->now))).problem().code == ProblemCode::NotFound);
}

void TestAuditProofs::whatIsNotSealedIsNotProved()
{
    const OrganizationId loom = OrganizationId::make(m_trail->now);
    m_trail->fill();
    const std::vector<QUuid> ids = m_trail->append(1, loom);

    QVERIFY(await(m_proofs->inclusionProof(contextOf(loom), EventId(ids[0]))).problem().code == ProblemCode::NotFound);
    m_trail->seal();
    QVERIFY_RESULT(await(m_proofs->inclusionProof(contextOf(loom), EventId(ids[0]))));
}

void TestAuditProofs::everyHeadGoesOnFromEveryOther()
{
    m_trail->fill();
    const qint64 last = m_trail->head().sequence;
    for (qint64 from = 1; from <= last; ++from) {
        for (qint64 to = 1; to <= last; ++to) {
            const auto proof = await(m_proofs->consistencyProof(contextOf({}), from, to));
            QCOMPARE(proof.ok(), from <= to);
            if (proof)
                QVERIFY(merkle::isConsistent(proof->from.size, proof->from.root, proof->to.size, proof->to.root, proof->path));
        }
    }
    QCOMPARE(await(m_proofs->consistencyProof(contextOf({}), 1))->to.sequence, last);
    QVERIFY(!await(m_proofs->consistencyProof(contextOf({}), 1, last + 1)).ok());
}

void TestAuditProofs::largeTreesAreProvedFromTheirNodes()
{
    const OrganizationId loom = OrganizationId::make(m_trail->now);
    std::vector<QUuid> ids;
    for (const int count : {1, 255, 2, 700, 66'000, 3}) {
        const std::vector<QUuid> some = m_trail->append(count, loom);
        ids.push_back(some.front());
        ids.push_back(some.back());
        m_trail->seal();
    }

    QCOMPARE(m_trail->value<qint64>("select count(*) from aegis.seal_node where level = 16"), qint64(1));
    for (const QUuid &id : ids)
        QVERIFY_RESULT(await(m_proofs->inclusionProof(contextOf(loom), EventId(id))));
    for (qint64 from = 1; from <= m_trail->head().sequence; ++from)
        QVERIFY_RESULT(await(m_proofs->consistencyProof(contextOf({}), from)));
    QVERIFY(m_trail->check().isWhole());
}

// The roots stay provable when the events are gone.
void TestAuditProofs::aProofIsStillThereWhenTheEventIsOld()
{
    m_trail->fill();
    const Seal kept = m_trail->head();
    m_trail->now += 24h * 3;
    m_trail->fill();
    m_trail->sql("delete from aegis.event where occurred_at < $1", m_trail->now - 24h);

    const auto proof = await(m_proofs->consistencyProof(contextOf({}), kept.sequence));

    QVERIFY_RESULT(proof);
    QVERIFY(merkle::isConsistent(kept.size, kept.root, proof->to.size, proof->to.root, proof->path));
}

void TestAuditProofs::publishesItsKeys()
{
    m_trail->fill();

    const auto keys = await(m_proofs->keys(contextOf({})));

    QCOMPARE(keys->size(), std::size_t(1));
    QCOMPARE(keys->front().keyId, auditKey(1).kid());
    QVERIFY(keys->front().key()->verify(m_trail->head().statement(), m_trail->head().signature));
}

AEGIS_TEST(TestAuditProofs)
#include "TestAuditProofs.moc"
