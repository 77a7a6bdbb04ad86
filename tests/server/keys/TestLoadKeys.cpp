#include "server/events/EventPartitionStore.h"
#include "server/keys/KeyService.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

using namespace aegis;
using namespace aegis::test;

class TestLoadKeys : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_database = TestCluster::instance().create(); }
    void theFirstStartMakesAKey();
    void theNextStartUsesIt();
    void twoFirstStartsMakeOneKey();
    void anotherEncryptionKeyIsNamedAsTheCause();
    void aSharedSecretNeedsNoDatabase();
    void publishesNoPrivatePart();

private:
    static Sealing sealing(char byte = 'k') { return Sealing::make({{1, Secret(QByteArray(32, byte))}}).value(); }
    DatabaseSession session() const { return DatabaseSession(m_database.serving); }
    QString ask(Sql sql) const
    {
        DatabaseSession superuser(m_database.administrator);
        const auto answer = superuser.read<QString>(RequestContext::forSystem(m_now), [&](Tx &tx) -> Result<QString> {
            TRY(const Row row, tx.queryOne(ProblemCode::Internal, sql));
            return row.get<QString>(0);
        });
        return answer ? answer.value() : answer.problem().internal;
    }

    TestDatabase m_database;
    const Instant m_now = systemNow();
};

void TestLoadKeys::theFirstStartMakesAKey()
{
    DatabaseSession db = session();

    const auto keys = loadKeys(Secret(), db, sealing(), m_now);

    QVERIFY_RESULT(keys);
    const QString kid = QString::fromLatin1(keys->signer.key().kid());
    QCOMPARE(keys->signer.key().algorithm(), SigningAlgorithm::Es256);
    QCOMPARE(ask("select string_agg(kid || ' ' || algorithm, ',') from aegis.signing_key"), kid + QStringLiteral(" ES256"));
    QCOMPARE(ask("select string_agg(type || ' ' || (payload->>'kid') || ' ' || (payload->>'algorithm') || ' ' || tenant_id, ',') from aegis.event"),
             QStringLiteral("SigningKeyRotated %1 ES256 00000000-0000-0000-0000-000000000000").arg(kid));
}

void TestLoadKeys::theNextStartUsesIt()
{
    DatabaseSession db = session();
    const auto first = loadKeys(Secret(), db, sealing(), m_now);
    const auto second = loadKeys(Secret(), db, sealing(), m_now + std::chrono::hours(1));

    QVERIFY_RESULT(second);
    QCOMPARE(second->jwks, first->jwks);
    const auto token = first->signer.sign("{}");
    QVERIFY_RESULT(second->verifier.verify(token->reveal()));
    QCOMPARE(ask("select count(*)::text from aegis.signing_key"), QStringLiteral("1"));
    QCOMPARE(ask("select count(*)::text from aegis.event"), QStringLiteral("1"));
}

void TestLoadKeys::twoFirstStartsMakeOneKey()
{
    QByteArray jwks[2];
    std::thread starts[2];
    for (int i = 0; i < 2; ++i) {
        starts[i] = std::thread([&, i] {
            DatabaseSession db = session();
            const auto keys = loadKeys(Secret(), db, sealing(), m_now);
            jwks[i] = keys ? keys->jwks : keys.problem().internal.toUtf8();
        });
    }
    for (std::thread &start : starts)
        start.join();

    QCOMPARE(jwks[0], jwks[1]);
    QVERIFY2(jwks[0].contains("\"kid\""), jwks[0].constData());
    QCOMPARE(ask("select count(*)::text from aegis.signing_key"), QStringLiteral("1"));
}

void TestLoadKeys::anotherEncryptionKeyIsNamedAsTheCause()
{
    DatabaseSession db = session();
    QVERIFY_RESULT(loadKeys(Secret(), db, sealing('a'), m_now));

    const auto refused = loadKeys(Secret(), db, sealing('b'), m_now);

    QVERIFY(!refused.ok());
    QVERIFY2(refused.problem().detail.contains(QStringLiteral("ENCRYPTION_KEY")), qPrintable(refused.problem().detail));
    QVERIFY(!refused.problem().internal.isEmpty());
    QCOMPARE(ask("select count(*)::text from aegis.signing_key"), QStringLiteral("1"));
}

void TestLoadKeys::aSharedSecretNeedsNoDatabase()
{
    DatabaseSession db(ConnectionString::parse(QStringLiteral("host=127.0.0.1 port=1 dbname=none user=nobody connect_timeout=1")).value());

    const auto keys = loadKeys(Secret(QByteArray(32, 's')), db, sealing(), m_now);

    QVERIFY_RESULT(keys);
    QCOMPARE(keys->signer.key().algorithm(), SigningAlgorithm::Hs256);
    QCOMPARE(keys->jwks, QByteArray(R"({"keys":[]})"));
    QVERIFY(!loadKeys(Secret(QByteArray("short")), db, sealing(), m_now).ok());
}

void TestLoadKeys::publishesNoPrivatePart()
{
    DatabaseSession db = session();

    const auto keys = loadKeys(Secret(), db, sealing(), m_now);

    const QJsonArray published = QJsonDocument::fromJson(keys->jwks).object().value(QStringLiteral("keys")).toArray();
    QCOMPARE(published.size(), 1);
    const QStringList members{QStringLiteral("alg"), QStringLiteral("crv"), QStringLiteral("kid"), QStringLiteral("kty"),
                              QStringLiteral("use"), QStringLiteral("x"),   QStringLiteral("y")};
    QCOMPARE(published.at(0).toObject().keys(), members);
    QCOMPARE(ask("select (public_jwk ? 'd')::text from aegis.signing_key"), QStringLiteral("false"));
}

AEGIS_TEST(TestLoadKeys)
#include "TestLoadKeys.moc"
