#include "server/idempotency/IdempotencyStore.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestIdempotencyStore : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void givesTheAnswerToTheSameRequest();
    void isSilentAboutWhatItDoesNotKnow();
    void refusesAnotherRequestUnderTheSameKey();
    void anAnswerThatWasMovedDoesNotOpen_data();
    void anAnswerThatWasMovedDoesNotOpen();
    void keepsNoAnswerInTheClear();
    void forgetsAfterItsTime();
    void aTenantsKeysAreClearedTooOnceTheyExpired();

private:
    static IdempotencyKey key(char hash = 'h', const QByteArray &operation = "signup")
    {
        return {.operation = operation, .keyHash = QByteArray(32, hash), .fingerprint = QByteArray(32, 'f')};
    }
    static RequestContext at(Instant now, const IdempotencyKey &key = TestIdempotencyStore::key(), Tenant tenant = {})
    {
        RequestContext context = RequestContext::forSystem(now).withTenant(tenant);
        context.idempotency = key;
        return context;
    }
    void claim(const RequestContext &context, const QByteArray &answer)
    {
        const auto done = m_session->write<bool>(context, [&](Tx &tx) -> Result<bool> {
            TRY(const QJsonObject row, m_store.row(context, Secret(answer)));
            TRY(const Row claimed, tx.finalQueryOne(ProblemCode::Internal, "select aegis.claim_idempotency_key($1)", Json(row)));
            return claimed.get<bool>(0);
        });
        QVERIFY_RESULT(done);
        QVERIFY(*done);
    }
    Result<std::optional<QByteArray>> answerTo(const RequestContext &context)
    {
        return m_session->read<std::optional<QByteArray>>(context, [&](Tx &tx) { return m_store.answer(tx); });
    }

    const Sealing m_sealing = Sealing::make({{1, Secret(QByteArray(32, 'k'))}}).value();
    const IdempotencyStore m_store{m_sealing, 24h};
    const Instant m_now = systemNow();
    TestDatabase m_database;
    std::unique_ptr<DatabaseSession> m_session;
    std::unique_ptr<DatabaseSession> m_superuser;
};

void TestIdempotencyStore::init()
{
    m_database = TestCluster::instance().create();
    m_session = std::make_unique<DatabaseSession>(m_database.serving);
    m_superuser = std::make_unique<DatabaseSession>(m_database.administrator);
}

void TestIdempotencyStore::givesTheAnswerToTheSameRequest()
{
    claim(at(m_now), "the answer");

    const auto answer = answerTo(at(m_now + 1h));

    QVERIFY_RESULT(answer);
    QCOMPARE(answer->value(), QByteArray("the answer"));
}

void TestIdempotencyStore::isSilentAboutWhatItDoesNotKnow()
{
    claim(at(m_now), "the answer");

    QVERIFY(!answerTo(at(m_now, key('x')))->has_value());
    QVERIFY(!answerTo(at(m_now, key('h', "register")))->has_value());
    QVERIFY2(!answerTo(at(m_now, key(), {.organization = {}, .user = UserId::make(m_now)}))->has_value(), "another tenant's");
}

void TestIdempotencyStore::refusesAnotherRequestUnderTheSameKey()
{
    claim(at(m_now), "the answer");
    IdempotencyKey other = key();
    other.fingerprint = QByteArray(32, 'g');

    QCOMPARE(answerTo(at(m_now, other)).problem().code, ProblemCode::IdempotencyKeyReused);
}

void TestIdempotencyStore::anAnswerThatWasMovedDoesNotOpen_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<QByteArray>("operation");
    QTest::addColumn<char>("hash");
    QTest::newRow("to another key") << QByteArray("key_hash = decode(repeat('78', 32), 'hex')") << QByteArray("signup") << 'x';
    QTest::newRow("to another operation") << QByteArray("operation = 'register'") << QByteArray("register") << 'h';
    QTest::newRow("changed in place") << QByteArray("response = set_byte(response, 20, 255 - get_byte(response, 20))") << QByteArray("signup") << 'h';
}

void TestIdempotencyStore::anAnswerThatWasMovedDoesNotOpen()
{
    QFETCH(QByteArray, change);
    QFETCH(QByteArray, operation);
    QFETCH(char, hash);
    claim(at(m_now), "somebody's tokens");
    const QByteArray statement = "update aegis.idempotency_key set " + change;
    const auto moved = m_superuser->write<int>(at(m_now), [&](Tx &tx) -> Result<int> {
        CHECK(tx.query(Sql::composed(statement)));
        return 0;
    });
    QVERIFY_RESULT(moved);

    const auto answer = answerTo(at(m_now, key(hash, operation)));

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::Internal);
}

void TestIdempotencyStore::keepsNoAnswerInTheClear()
{
    claim(at(m_now), "the answer");

    const auto stored = m_superuser->read<QByteArray>(at(m_now), [&](Tx &tx) -> Result<QByteArray> {
        TRY(const Row row, tx.queryOne(ProblemCode::Internal, "select response from aegis.idempotency_key"));
        return row.get<QByteArray>(0);
    });

    QVERIFY_RESULT(stored);
    QVERIFY(!stored->contains("answer"));
}

void TestIdempotencyStore::forgetsAfterItsTime()
{
    claim(at(m_now), "the answer");
    const auto removed = [&](Instant now) {
        return m_session->write<qint64>(at(now), [](Tx &tx) { return IdempotencyStore::removeExpired(tx, 100); }).value();
    };

    QVERIFY(answerTo(at(m_now + 24h - 1s))->has_value());
    QVERIFY(!answerTo(at(m_now + 24h))->has_value());
    QCOMPARE(removed(m_now + 24h - 1s), qint64(0));
    QVERIFY(answerTo(at(m_now))->has_value());
    QCOMPARE(removed(m_now + 24h), qint64(1));
    QVERIFY(!answerTo(at(m_now))->has_value());
}

void TestIdempotencyStore::aTenantsKeysAreClearedTooOnceTheyExpired()
{
    const auto insert = [&](const char *age) {
        return m_superuser->write<int>(at(m_now), [&](Tx &tx) -> Result<int> {
            CHECK(tx.query("insert into aegis.idempotency_key values (gen_random_uuid(), 'signup', sha256(random()::text::bytea), sha256(''), '', "
                           "now() - interval '2 days', now() - $1::interval)",
                           Text{age}));
            return 0;
        });
    };
    QVERIFY_RESULT(insert("1 day"));
    QVERIFY_RESULT(insert("-1 day"));

    const auto removed = m_session->write<qint64>(at(systemNow()), [](Tx &tx) { return IdempotencyStore::removeExpired(tx, 100); });

    QVERIFY_RESULT(removed);
    QCOMPARE(*removed, qint64(1));
    const auto left = m_superuser->read<QString>(at(m_now), [&](Tx &tx) -> Result<QString> {
        TRY(const Row row, tx.queryOne(ProblemCode::Internal, "select string_agg((expires_at > now())::text, ',') from aegis.idempotency_key"));
        return row.get<QString>(0);
    });
    QVERIFY_RESULT(left);
    QCOMPARE(*left, QStringLiteral("true"));
}

AEGIS_TEST(TestIdempotencyStore)
#include "TestIdempotencyStore.moc"
