#include "server/app/Services.h"
#include "server/app/Storage.h"
#include "server/config/LoadSettings.h"
#include "tests/server/sessions/SampleTokens.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestServices : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void handsEverySettingToItsPart();
    void aSessionIdlesNoLongerThanItsRefreshTokenLives_data();
    void aSessionIdlesNoLongerThanItsRefreshTokenLives();
    void answersEveryEndpoint();
    void measuresItsQueues();
    void countsWhatItsQueuesRefuse();

private:
    /// The services of such a server; nothing connects to its database.
    std::unique_ptr<Services> make(const Environment &environment)
    {
        m_storage.serving = ConnectionString::parse(QStringLiteral("host=127.0.0.1 port=1 dbname=none user=nobody")).value();
        m_storage.session.behindPooler = true;
        m_settings = loadSettings({.environment = environment, .file = std::nullopt}).value().settings;
        return std::make_unique<Services>(Services::Ground{.settings = m_settings,
                                                           .secrets = {},
                                                           .sealing = Sealing::make({{1, Secret(QByteArray(32, 'k'))}}).value(),
                                                           .refreshTokens = makeRefreshTokens(),
                                                           .mfaTokens = MfaTokens::make(Secret(QByteArray(32, 'r')), QStringLiteral("aegis")).value(),
                                                           .keys = KeySet::of({makeKey()}),
                                                           .storage = m_storage});
    }

    Storage m_storage;
    Settings m_settings = Settings::defaults();
};

void TestServices::handsEverySettingToItsPart()
{
    const auto services = make({{"DATABASE_POOL_SIZE", "3"},
                                {"DATABASE_QUEUE", "17"},
                                {"HASH_THREADS", "2"},
                                {"HASH_QUEUE", "19"},
                                {"PASSWORD_HASH", "bcrypt"},
                                {"BCRYPT_ROUNDS", "13"},
                                {"ARGON2_MEMORY_KIB", "65536"},
                                {"ARGON2_ITERATIONS", "4"},
                                {"HASH_MEMORY_IDLE", "3s"},
                                {"JWT_ACCESS_EXPIRATION", "5m"},
                                {"JWT_ISSUER", "https://issuer.example"},
                                {"JWT_AUDIENCE", "audience"},
                                {"SESSION_ABSOLUTE_LIFETIME", "20d"},
                                {"REFRESH_GRACE", "7s"}});

    QCOMPARE(services->database.options().threads, 3);
    QCOMPARE(services->database.options().queueCapacity, std::size_t(17));
    QVERIFY(services->database.options().session.behindPooler);
    QCOMPARE(services->hasher.threads(), 2);
    QCOMPARE(services->hasher.capacity(), std::size_t(19));
    const PasswordParameters parameters{
        .algorithm = PasswordAlgorithm::Bcrypt, .argon2 = {.memoryKib = 65536, .passes = 4, .lanes = 1}, .bcryptRounds = 13};
    QVERIFY(services->hasher.parameters() == parameters);
    QVERIFY(services->hasher.memoryIdle() == 3s);
    QCOMPARE(services->hasher.engine(), fastestArgon2Engine());
    QVERIFY(services->accessTokens.lifetime() == 5min);
    QVERIFY(services->opener.lifetimes().absolute == std::chrono::hours(20 * 24));
    QVERIFY(services->opener.lifetimes().refreshGrace == 7s);

    const QJsonObject claims = claimsIn(services->accessTokens.issue(sampleGrant(), sampleNow, sampleNow + 1h).value());
    QCOMPARE(claims.value(QStringLiteral("iss")).toString(), QStringLiteral("https://issuer.example"));
    QCOMPARE(claims.value(QStringLiteral("aud")).toString(), QStringLiteral("audience"));
}

void TestServices::aSessionIdlesNoLongerThanItsRefreshTokenLives_data()
{
    QTest::addColumn<QByteArray>("expiration");
    QTest::addColumn<QByteArray>("idle");
    QTest::addColumn<int>("days");
    QTest::newRow("the token's end comes first") << QByteArray("2d") << QByteArray("3d") << 2;
    QTest::newRow("the session's comes first") << QByteArray("4d") << QByteArray("3d") << 3;
}

void TestServices::aSessionIdlesNoLongerThanItsRefreshTokenLives()
{
    QFETCH(QByteArray, expiration);
    QFETCH(QByteArray, idle);
    QFETCH(int, days);

    const auto services = make({{"JWT_REFRESH_EXPIRATION", expiration}, {"SESSION_IDLE_LIFETIME", idle}});

    QVERIFY(services->opener.lifetimes().idle == std::chrono::hours(24 * days));
}

void TestServices::answersEveryEndpoint()
{
    const auto services = make({});
    http::Api api;

    services->bind(api, m_settings);

    QCOMPARE(api.missing(), QStringList());
}

void TestServices::measuresItsQueues()
{
    const auto services = make({});
    const auto measured = services->measure();

    const QByteArray text = services->metrics.render();

    for (const char *line :
         {"aegis_queue_waiting{queue=\"database\"} 0", "aegis_queue_waiting{queue=\"passwords\"} 0", "aegis_revocations 0",
          "aegis_argon2_engine{engine=\"", "aegis_argon2_memory_bytes 0",
          "# TYPE aegis_argon2_self_test_failures_total counter\naegis_argon2_self_test_failures_total 0", "aegis_revocation_feed_age_seconds 86400",
          "# TYPE aegis_database_connects_total counter\naegis_database_connects_total 0",
          "# TYPE aegis_database_repeats_total counter\naegis_database_repeats_total 0",
          "# TYPE aegis_queue_rejections_total counter\naegis_queue_rejections_total{queue=\"database\"} 0",
          "aegis_queue_rejections_total{queue=\"passwords\"} 0", "# TYPE aegis_log_lines_dropped_total counter\naegis_log_lines_dropped_total 0"})
        QVERIFY2(text.contains(line), text.constData());
}

static Task<Result<QByteArray>> hashOn(PasswordHasher &hasher)
{
    auto result = co_await hasher.hash(Secret(QByteArrayLiteral("a password")));
    co_return result;
}

static Task<Result<void>> writeOn(Database &database, const RequestContext &context)
{
    auto result = co_await database.write<void>(context, [](Tx &) { return Result<void>(); });
    co_return result;
}

void TestServices::countsWhatItsQueuesRefuse()
{
    const auto services = make({{"DATABASE_POOL_SIZE", "1"}, {"DATABASE_QUEUE", "1"}, {"HASH_THREADS", "1"}, {"HASH_QUEUE", "1"}});
    const auto measured = services->measure();
    const RequestContext context = RequestContext::forSystem(systemNow());
    int hashes = 0;
    int writes = 0;
    constexpr int each = 50; // one is worked on and one waits, at most
    for (int i = 0; i < each; ++i) {
        spawn(hashOn(services->hasher), [&](auto, auto) { ++hashes; });
        spawn(writeOn(services->database, context), [&](auto, auto) { ++writes; });
    }
    QTRY_VERIFY(hashes == each && writes == each);

    const QByteArray text = services->metrics.render();
    for (const char *queue : {"database", "passwords"}) {
        const QByteArray name = QByteArray("\naegis_queue_rejections_total{queue=\"") + queue + "\"} ";
        const qsizetype at = text.indexOf(name);
        QVERIFY2(at >= 0, text.constData());
        const double refused = text.mid(at + name.size(), text.indexOf('\n', at + 1) - at - name.size()).toDouble();
        QVERIFY2(refused >= 1 && refused < each, text.constData());
    }
}

AEGIS_TEST(TestServices)
#include "TestServices.moc"
