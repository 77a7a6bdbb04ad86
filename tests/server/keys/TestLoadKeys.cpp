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
    void theFirstStartMakesAKeyAndTheNext();
    void theNextStartUsesIt();
    void twoFirstStartsAgree();
    void anotherEncryptionKeyIsNamedAsTheCause();
    void aSharedSecretNeedsNoDatabase();
    void aPreviousSecretVerifiesAndDoesNotSign();
    void anotherAlgorithmIsPublishedBeforeItSigns_data();
    void anotherAlgorithmIsPublishedBeforeItSigns();
    void publishesNoPrivatePart();
    void aServerWithAnotherClockStartsWithTheKeysThatThereAre();

private:
    static Sealing sealing(char byte = 'k') { return Sealing::make({{1, Secret(QByteArray(32, byte))}}).value(); }
    static KeyOptions options(SigningAlgorithm algorithm = SigningAlgorithm::Es256)
    {
        return {.rules = {.algorithm = algorithm,
                          .rotation = std::chrono::hours(24 * 90),
                          .publishedAhead = std::chrono::hours(1),
                          .tokenLifetime = std::chrono::minutes(15),
                          .clockTolerance = std::chrono::hours(24)}}; // hours pass here, and not for the database
    }
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

void TestLoadKeys::theFirstStartMakesAKeyAndTheNext()
{
    DatabaseSession db = session();

    const auto keys = loadKeys(options(), db, sealing(), m_now);

    QVERIFY_RESULT(keys);
    const QString kid = QString::fromLatin1(keys->signerAt(m_now)->key().kid());
    QCOMPARE(keys->signerAt(m_now)->key().algorithm(), SigningAlgorithm::Es256);
    QCOMPARE(ask("select string_agg(kid || ' ' || algorithm, ',') from aegis.signing_key where signs_from <= created_at"),
             kid + QStringLiteral(" ES256"));
    QCOMPARE(ask("select string_agg(algorithm || ' ' || (signs_from - created_at)::text, ',') from aegis.signing_key where signs_from > created_at"),
             QStringLiteral("ES256 90 days"));
    QCOMPARE(ask("select string_agg(type || ' ' || (payload->>'kid') || ' ' || (payload->>'algorithm') || ' ' || tenant_id, ',') from aegis.event "
                 "where type = 'SigningKeyRotated'"),
             QStringLiteral("SigningKeyRotated %1 ES256 00000000-0000-0000-0000-000000000000").arg(kid));
    QCOMPARE(ask("select count(*)::text from aegis.event where type = 'SigningKeyMade'"), QStringLiteral("2"));
}

void TestLoadKeys::theNextStartUsesIt()
{
    DatabaseSession db = session();
    const auto first = loadKeys(options(), db, sealing(), m_now);
    const auto second = loadKeys(options(), db, sealing(), m_now + std::chrono::hours(1));

    QVERIFY_RESULT(second);
    QCOMPARE(second->jwks(), first->jwks());
    const auto token = first->signerAt(m_now)->sign("{}");
    QVERIFY_RESULT(second->verifier().verify(token->reveal()));
    QCOMPARE(ask("select count(*)::text from aegis.signing_key"), QStringLiteral("2"));
    QCOMPARE(ask("select count(*)::text from aegis.event"), QStringLiteral("3"));
}

void TestLoadKeys::twoFirstStartsAgree()
{
    QByteArray jwks[2];
    std::thread starts[2];
    for (int i = 0; i < 2; ++i) {
        starts[i] = std::thread([&, i] {
            DatabaseSession db = session();
            const auto keys = loadKeys(options(), db, sealing(), m_now);
            jwks[i] = keys ? keys->jwks() : keys.problem().internal.toUtf8();
        });
    }
    for (std::thread &start : starts)
        start.join();

    QCOMPARE(jwks[0], jwks[1]);
    QVERIFY2(jwks[0].contains("\"kid\""), jwks[0].constData());
    QCOMPARE(ask("select count(*)::text from aegis.signing_key"), QStringLiteral("2"));
}

void TestLoadKeys::anotherEncryptionKeyIsNamedAsTheCause()
{
    DatabaseSession db = session();
    QVERIFY_RESULT(loadKeys(options(), db, sealing('a'), m_now));

    const auto refused = loadKeys(options(), db, sealing('b'), m_now);

    QVERIFY(!refused.ok());
    QVERIFY2(refused.problem().detail.contains(QStringLiteral("ENCRYPTION_KEY")), qPrintable(refused.problem().detail));
    QVERIFY(!refused.problem().internal.isEmpty());
    QCOMPARE(ask("select count(*)::text from aegis.signing_key"), QStringLiteral("2"));
}

void TestLoadKeys::aSharedSecretNeedsNoDatabase()
{
    DatabaseSession db(ConnectionString::parse(QStringLiteral("host=127.0.0.1 port=1 dbname=none user=nobody connect_timeout=1")).value());

    const auto keys = loadKeys({.sharedSecret = Secret(QByteArray(32, 's'))}, db, sealing(), m_now);

    QVERIFY_RESULT(keys);
    QCOMPARE(keys->signerAt(m_now)->key().algorithm(), SigningAlgorithm::Hs256);
    QCOMPARE(keys->jwks(), QByteArray(R"({"keys":[]})"));
    QVERIFY(!loadKeys({.sharedSecret = Secret(QByteArray("short"))}, db, sealing(), m_now).ok());
}

void TestLoadKeys::aPreviousSecretVerifiesAndDoesNotSign()
{
    DatabaseSession db = session();
    const Secret one(QByteArray(32, '1'));
    const Secret two(QByteArray(32, '2'));
    const auto before = loadKeys({.sharedSecret = one}, db, sealing(), m_now);
    const auto prepared = loadKeys({.sharedSecret = one, .previousSecret = two}, db, sealing(), m_now);
    const auto exchanged = loadKeys({.sharedSecret = two, .previousSecret = one}, db, sealing(), m_now);
    const auto after = loadKeys({.sharedSecret = two}, db, sealing(), m_now);

    const auto old = before->signerAt(m_now)->sign("{}");
    const auto fresh = exchanged->signerAt(m_now)->sign("{}");

    QVERIFY_RESULT(prepared->verifier().verify(fresh->reveal())); // a server that has not exchanged them yet
    QVERIFY_RESULT(exchanged->verifier().verify(old->reveal()));
    QVERIFY_RESULT(after->verifier().verify(fresh->reveal()));
    QVERIFY(!after->verifier().verify(old->reveal()).ok());
    QCOMPARE(exchanged->jwks(), QByteArray(R"({"keys":[]})"));
}

void TestLoadKeys::anotherAlgorithmIsPublishedBeforeItSigns_data()
{
    QTest::addColumn<int>("algorithm");
    QTest::newRow("EdDSA") << int(SigningAlgorithm::EdDsa);
    QTest::newRow("RS256") << int(SigningAlgorithm::Rs256);
}

void TestLoadKeys::anotherAlgorithmIsPublishedBeforeItSigns()
{
    QFETCH(int, algorithm);
    const auto wanted = static_cast<SigningAlgorithm>(algorithm);
    DatabaseSession db = session();
    QVERIFY_RESULT(loadKeys(options(), db, sealing(), m_now));
    const Instant later = m_now + std::chrono::hours(5);

    const auto keys = loadKeys(options(wanted), db, sealing(), later);

    QVERIFY_RESULT(keys);
    QCOMPARE(keys->signerAt(later)->key().algorithm(), SigningAlgorithm::Es256);
    QCOMPARE(keys->signerAt(later + std::chrono::minutes(59))->key().algorithm(), SigningAlgorithm::Es256);
    QCOMPARE(keys->signerAt(later + std::chrono::hours(1))->key().algorithm(), wanted);
    QVERIFY(keys->jwks().contains(algorithmName(wanted)));
    const auto token = keys->signerAt(later + std::chrono::hours(1))->sign("{}");
    QVERIFY_RESULT(keys->verifier().verify(token->reveal()));
    QCOMPARE(ask("select count(*)::text from aegis.signing_key"), QStringLiteral("2"));
}

void TestLoadKeys::publishesNoPrivatePart()
{
    DatabaseSession db = session();

    const auto keys = loadKeys(options(), db, sealing(), m_now);

    const QJsonArray published = QJsonDocument::fromJson(keys->jwks()).object().value(QStringLiteral("keys")).toArray();
    QCOMPARE(published.size(), 2);
    const QStringList members{QStringLiteral("alg"), QStringLiteral("crv"), QStringLiteral("kid"), QStringLiteral("kty"),
                              QStringLiteral("use"), QStringLiteral("x"),   QStringLiteral("y")};
    for (const QJsonValue &key : published)
        QCOMPARE(key.toObject().keys(), members);
    QCOMPARE(ask("select bool_or(public_jwk ? 'd')::text from aegis.signing_key"), QStringLiteral("false"));
}

void TestLoadKeys::aServerWithAnotherClockStartsWithTheKeysThatThereAre()
{
    DatabaseSession db = session();
    const auto first = loadKeys(options(), db, sealing(), m_now);
    QVERIFY_RESULT(first);
    KeyOptions strict = options(SigningAlgorithm::EdDsa); // so that there is something to do
    strict.rules.clockTolerance = clockMargin;

    const auto keys = loadKeys(strict, db, sealing(), m_now + std::chrono::hours(1));

    QVERIFY_RESULT(keys);
    QCOMPARE(keys->times(), first->times());
    QCOMPARE(ask("select count(*)::text from aegis.signing_key where algorithm = 'EdDSA'"), QStringLiteral("0"));
}

AEGIS_TEST(TestLoadKeys)
#include "TestLoadKeys.moc"
