#include "server/passwords/Argon2.h"

#include "server/passwords/PhcString.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <thread>
#include <vector>

using namespace aegis;

class TestArgon2 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithThePublishedVectors();
    void theLibrariesGiveTheSame_data();
    void theLibrariesGiveTheSame();
    void leavesToTheReferenceWhatAnEngineDoesNotKnow_data();
    void leavesToTheReferenceWhatAnEngineDoesNotKnow();
    void refusesImpossibleParameters_data();
    void refusesImpossibleParameters();
    void missingMemoryIsAnAnswerAndNoCrash_data();
    void missingMemoryIsAnAnswerAndNoCrash();
    void threadsDoNotDisturbOneAnother();
};

Q_DECLARE_METATYPE(aegis::Argon2Engine)

static Result<QByteArray> hashBy(Argon2Engine engine, const Secret &password, const QByteArray &salt, const Argon2Cost &cost, qsizetype size = 32)
{
    Argon2Memory memory;
    return argon2id(password, salt, cost, size, {engine, memory});
}

static std::vector<Argon2Engine> enginesHere()
{
    std::vector<Argon2Engine> here;
    std::copy_if(argon2Engines.begin(), argon2Engines.end(), std::back_inserter(here), hasArgon2Engine);
    return here;
}

void TestArgon2::agreesWithThePublishedVectors()
{
    AEGIS_VECTORS(vectors, "argon2_kat.json");
    int compared = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("kats")).toArray()) {
        const QJsonObject test = value.toObject();
        const Argon2Cost cost{.memoryKib = quint32(test.value(QLatin1String("m")).toInt()),
                              .passes = quint32(test.value(QLatin1String("t")).toInt()),
                              .lanes = quint32(test.value(QLatin1String("p")).toInt())};
        if (test.value(QLatin1String("type")) != QLatin1String("argon2id") || cost.memoryKib > 65536)
            continue; // 256 MiB would make the test slow for nothing
        const QByteArray expected = test::hexMember(test, "hex");
        const QByteArray salt = test.value(QLatin1String("salt")).toString().toLatin1();
        const Secret password(test.value(QLatin1String("pwd")).toString().toLatin1());

        for (const Argon2Engine engine : enginesHere()) {
            const auto hash = hashBy(engine, password, salt, cost, expected.size());

            QVERIFY_RESULT(hash);
            QCOMPARE(*hash, expected);
        }
        const PhcString phc{cost, salt, expected};
        QCOMPARE(QString::fromLatin1(phc.format()), test.value(QLatin1String("enc")).toString());
        ++compared;
    }
    QVERIFY(compared >= 6);
}

void TestArgon2::theLibrariesGiveTheSame_data()
{
    QTest::addColumn<quint32>("memoryKib");
    QTest::addColumn<quint32>("passes");
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<int>("size");
    QTest::newRow("little memory") << 64U << 1U << QByteArray("password") << 32;
    QTest::newRow("memory that is no multiple of four") << 67U << 3U << QByteArray("password") << 32;
    QTest::newRow("the default") << 19456U << 2U << QByteArray("password") << 32;
    QTest::newRow("an empty password") << 64U << 2U << QByteArray() << 32;
    QTest::newRow("a password with a NUL") << 64U << 2U << QByteArray("pass\0word", 9) << 32;
    QTest::newRow("a long password") << 64U << 2U << QByteArray(8192, 'l') << 32;
    QTest::newRow("a short hash") << 64U << 2U << QByteArray("password") << 16;
    QTest::newRow("a long hash") << 64U << 2U << QByteArray("password") << 64;
}

void TestArgon2::theLibrariesGiveTheSame()
{
    QFETCH(quint32, memoryKib);
    QFETCH(quint32, passes);
    QFETCH(QByteArray, password);
    QFETCH(int, size);
    const Argon2Cost cost{.memoryKib = memoryKib, .passes = passes};
    const QByteArray salt("sixteen bytes of");

    const auto reference = hashBy(Argon2Engine::Reference, Secret(password), salt, cost, size);

    QVERIFY_RESULT(reference);
    QCOMPARE(reference->size(), size);
    for (const Argon2Engine engine : enginesHere()) {
        const auto hash = hashBy(engine, Secret(password), salt, cost, size);
        QVERIFY_RESULT(hash);
        QCOMPARE(*hash, *reference);
    }
}

void TestArgon2::leavesToTheReferenceWhatAnEngineDoesNotKnow_data()
{
    QTest::addColumn<quint32>("lanes");
    QTest::addColumn<int>("saltSize");
    QTest::addColumn<int>("hashSize");
    QTest::addColumn<Argon2Engine>("wanted");
    QTest::addColumn<Argon2Engine>("takes");
    QTest::newRow("the default") << 1U << 16 << 32 << Argon2Engine::Portable << Argon2Engine::Portable;
    QTest::newRow("two lanes") << 2U << 16 << 32 << Argon2Engine::Portable << Argon2Engine::Reference;
    QTest::newRow("another salt") << 1U << 8 << 32 << Argon2Engine::Portable << Argon2Engine::Portable;
    QTest::newRow("a short hash") << 1U << 16 << 12 << Argon2Engine::Portable << Argon2Engine::Portable;
    QTest::newRow("the default, libsodium") << 1U << 16 << 32 << Argon2Engine::Sodium << Argon2Engine::Sodium;
    QTest::newRow("two lanes, libsodium") << 2U << 16 << 32 << Argon2Engine::Sodium << Argon2Engine::Reference;
    QTest::newRow("another salt, libsodium") << 1U << 8 << 32 << Argon2Engine::Sodium << Argon2Engine::Reference;
    QTest::newRow("a short hash, libsodium") << 1U << 16 << 12 << Argon2Engine::Sodium << Argon2Engine::Reference;
}

void TestArgon2::leavesToTheReferenceWhatAnEngineDoesNotKnow()
{
    QFETCH(quint32, lanes);
    QFETCH(int, saltSize);
    QFETCH(int, hashSize);
    QFETCH(Argon2Engine, wanted);
    QFETCH(Argon2Engine, takes);
    const Argon2Cost cost{.memoryKib = 64, .passes = 1, .lanes = lanes};
    const QByteArray salt(saltSize, 's');

    QCOMPARE(argon2EngineFor(wanted, cost, saltSize, hashSize), takes);
    const auto hash = hashBy(wanted, Secret(), salt, cost, hashSize);
    QVERIFY_RESULT(hash);
    QCOMPARE(*hash, *hashBy(Argon2Engine::Reference, Secret(), salt, cost, hashSize));
}

void TestArgon2::refusesImpossibleParameters_data()
{
    QTest::addColumn<quint32>("memoryKib");
    QTest::addColumn<quint32>("passes");
    QTest::addColumn<quint32>("lanes");
    QTest::newRow("4 TiB") << 0xffffffffU << 1U << 1U;
    QTest::newRow("a million passes") << 64U << 1'000'000U << 1U;
    QTest::newRow("no memory") << 0U << 1U << 1U;
    QTest::newRow("too little for the lanes") << 31U << 1U << 4U;
    QTest::newRow("lanes that overflow") << 64U << 1U << 0x20000000U;
}

void TestArgon2::refusesImpossibleParameters()
{
    QFETCH(quint32, memoryKib);
    QFETCH(quint32, passes);
    QFETCH(quint32, lanes);

    const auto hash = hashBy(Argon2Engine::Portable, Secret(), QByteArray(16, 's'), {memoryKib, passes, lanes});

    QVERIFY(!hash);
    QCOMPARE(hash.problem().code, ProblemCode::Internal);
}

void TestArgon2::missingMemoryIsAnAnswerAndNoCrash_data()
{
    QTest::addColumn<Argon2Engine>("engine");
    for (const Argon2Engine engine : enginesHere())
        QTest::newRow(qPrintable(nameOf(engine))) << engine;
}

void TestArgon2::missingMemoryIsAnAnswerAndNoCrash()
{
#if defined(__SANITIZE_ADDRESS__)
    QSKIP("AddressSanitizer itself needs an address space without a limit");
#endif
    QFETCH(Argon2Engine, engine);
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_AS, &before), 0);
    const rlimit tight{.rlim_cur = 400UL << 20U, .rlim_max = before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_AS, &tight), 0);

    const auto hash = hashBy(engine, Secret(), QByteArray(16, 's'), {.memoryKib = 512 * 1024, .passes = 1});

    QCOMPARE(setrlimit(RLIMIT_AS, &before), 0);
    QVERIFY(!hash);
    QCOMPARE(hash.problem().code, ProblemCode::Overloaded);
    QVERIFY(hash.problem().retryAfter);
}

void TestArgon2::threadsDoNotDisturbOneAnother()
{
    const Argon2Cost cost{.memoryKib = 256, .passes = 1};
    const QByteArray salt(16, 's');
    const auto expected = hashBy(fastestArgon2Engine(), Secret(QByteArrayView("password")), salt, cost);
    QVERIFY_RESULT(expected);
    std::atomic<int> good = 0;

    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                const auto hash = hashBy(fastestArgon2Engine(), Secret(QByteArrayView("password")), salt, cost);
                good += hash && *hash == *expected ? 1 : 0;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();

    QCOMPARE(good.load(), 80);
}

AEGIS_TEST(TestArgon2)
#include "TestArgon2.moc"
