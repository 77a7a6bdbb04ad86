#include "server/passwords/PasswordHasher.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

#include <sys/resource.h>

using namespace aegis;

class TestPasswordHasher : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void verifiesWhatItHashed_data();
    void verifiesWhatItHashed();
    void theSameCharactersTypedOtherwiseMatch();
    void saysWhenAHashShouldBeRenewed_data();
    void saysWhenAHashShouldBeRenewed();
    void aStoredHashThatIsUnusableDoesNotMatch_data();
    void aStoredHashThatIsUnusableDoesNotMatch();
    void thePublishedMalformedOnesDoNotMatch();
    void whatIsNoPasswordDoesNotMatch_data();
    void whatIsNoPasswordDoesNotMatch();
    void refusesToHashWhatIsNoText();
    void refusesToHashTooLongForBcrypt();
    void worksOnItsOwnThreadsAndAnswersAll();
    void refusesAtOnceWhenTheQueueIsFull();
    void keepsItsMemoryAndGivesItBackWhenIdle();
    void doesNotKeepWhatADearerHashHasNeeded();
    void everyEngineVerifiesWhatTheOthersHashed();
    void missingMemoryIsAnAnswerAndNoCrash();
    void theDecoyAnswersNothing_data();
    void theDecoyAnswersNothing();
};

Q_DECLARE_METATYPE(aegis::PasswordParameters)
Q_DECLARE_METATYPE(aegis::PasswordVerdict)

static PasswordParameters quickArgon2(quint32 lanes = 1)
{
    return {.argon2 = {.memoryKib = 256, .passes = 1, .lanes = lanes}};
}

static PasswordParameters quickBcrypt()
{
    return {.algorithm = PasswordAlgorithm::Bcrypt, .argon2 = {.memoryKib = 256, .passes = 1}, .bcryptRounds = 4};
}

static Secret secret(const char *text)
{
    return Secret(QByteArrayView(text));
}

/// Waits for a task in the event loop of this thread.
template <class T> static Result<T> waitFor(Task<Result<T>> task)
{
    std::optional<Result<T>> answer;
    spawn(std::move(task), [&](std::optional<Result<T>> value, auto) { answer = value ? std::move(*value) : Result<T>(ProblemCode::Internal); });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }, 30'000))
        return Problem(ProblemCode::HandlerTimeout);
    return *std::move(answer);
}

static void parameterRows()
{
    QTest::addColumn<PasswordParameters>("parameters");
    QTest::newRow("Argon2id") << quickArgon2();
    QTest::newRow("Argon2id with four lanes") << quickArgon2(4);
    QTest::newRow("bcrypt") << quickBcrypt();
}

void TestPasswordHasher::verifiesWhatItHashed_data()
{
    parameterRows();
}

void TestPasswordHasher::verifiesWhatItHashed()
{
    QFETCH(PasswordParameters, parameters);
    PasswordHasher hasher({.parameters = parameters, .threads = 2});

    const auto one = waitFor(hasher.hash(secret("Correct-Horse-7")));
    const auto other = waitFor(hasher.hash(secret("Correct-Horse-7")));

    QVERIFY_RESULT(one);
    QVERIFY_RESULT(other);
    QVERIFY2(*one != *other, "each hash has a salt of its own");
    const auto right = waitFor(hasher.verify(secret("Correct-Horse-7"), *one));
    const auto wrong = waitFor(hasher.verify(secret("correct-Horse-7"), *one));
    QVERIFY_RESULT(right);
    QVERIFY(*right == PasswordVerdict{.matches = true});
    QVERIFY_RESULT(wrong);
    QVERIFY(*wrong == PasswordVerdict{});
}

void TestPasswordHasher::theSameCharactersTypedOtherwiseMatch()
{
    const auto encoded = hashPassword(secret("Zo\xc3\xab-Password-1"), quickArgon2());

    const auto verdict = verifyPassword(secret("Zoe\xcc\x88-Password-1"), *encoded, quickArgon2());

    QVERIFY_RESULT(verdict);
    QVERIFY(verdict->matches);
}

void TestPasswordHasher::saysWhenAHashShouldBeRenewed_data()
{
    QTest::addColumn<PasswordParameters>("made");
    QTest::addColumn<PasswordParameters>("now");
    QTest::addColumn<bool>("renew");
    const PasswordParameters dearer{.argon2 = {.memoryKib = 8192, .passes = 1}};
    const PasswordParameters dearerBcrypt{.algorithm = PasswordAlgorithm::Bcrypt, .bcryptRounds = 10};
    QTest::newRow("nothing changed") << dearer << dearer << false;
    QTest::newRow("another cost") << dearer << quickArgon2() << true;
    QTest::newRow("bcrypt is now Argon2id") << dearerBcrypt << quickArgon2() << true;
    QTest::newRow("Argon2id is now bcrypt") << dearer << quickBcrypt() << true;
    QTest::newRow("bcrypt with other rounds") << dearerBcrypt << quickBcrypt() << true;
}

void TestPasswordHasher::saysWhenAHashShouldBeRenewed()
{
    QFETCH(PasswordParameters, made);
    QFETCH(PasswordParameters, now);
    QFETCH(bool, renew);
    const auto encoded = hashPassword(secret("password"), made);
    QVERIFY_RESULT(encoded);

    const auto right = verifyPassword(secret("password"), *encoded, now);
    const auto wrong = verifyPassword(secret("passwort"), *encoded, now);

    QVERIFY_RESULT(right);
    QVERIFY(right->matches);
    QCOMPARE(right->needsRehash, renew);
    QVERIFY2(*wrong == PasswordVerdict{}, "a wrong password learns nothing");
}

void TestPasswordHasher::aStoredHashThatIsUnusableDoesNotMatch_data()
{
    QTest::addColumn<QByteArray>("encoded");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("the password itself") << QByteArray("password");
    QTest::newRow("Argon2id with 4 GiB") << QByteArray("$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    QTest::newRow("Argon2id with a million passes")
        << QByteArray("$argon2id$v=19$m=8192,t=1000000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    QTest::newRow("Argon2id with too little memory")
        << QByteArray("$argon2id$v=19$m=128,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    QTest::newRow("Argon2i") << QByteArray("$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    QTest::newRow("bcrypt with 31 rounds") << QByteArray("$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
    QTest::newRow("bcrypt with 5 rounds") << QByteArray("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
}

void TestPasswordHasher::aStoredHashThatIsUnusableDoesNotMatch()
{
    QFETCH(QByteArray, encoded);

    const auto verdict = verifyPassword(secret("U*U"), encoded, quickArgon2());

    QVERIFY_RESULT(verdict);
    QVERIFY(*verdict == PasswordVerdict{.unusable = true});
}

void TestPasswordHasher::thePublishedMalformedOnesDoNotMatch()
{
    AEGIS_VECTORS(vectors, "phc_malformed.json");
    const PasswordParameters parameters{.argon2 = {.memoryKib = 256, .passes = 2}, .bcryptRounds = 5};
    const auto matches = [&](const QJsonValue &text, const char *password) {
        const auto verdict = verifyPassword(secret(password), text.toString().toUtf8(), parameters);
        return !verdict || verdict->matches;
    };
    QVERIFY(matches(vectors.value(QLatin1String("argon2_good")), "password"));
    QVERIFY(matches(vectors.value(QLatin1String("bcrypt_good")), "U*U"));

    for (const char *kind : {"argon2_bad", "argon2_cost_bombs"}) {
        for (const QJsonValue &text : vectors.value(QLatin1String(kind)).toArray())
            QVERIFY2(!matches(text, "password"), qPrintable(text.toString()));
    }
    for (const char *kind : {"bcrypt_bad", "bcrypt_cost_bombs"}) {
        for (const QJsonValue &text : vectors.value(QLatin1String(kind)).toArray())
            QVERIFY2(!matches(text, "U*U"), qPrintable(text.toString()));
    }
}

void TestPasswordHasher::whatIsNoPasswordDoesNotMatch_data()
{
    QTest::addColumn<QByteArray>("password");
    QTest::newRow("no UTF-8") << QByteArray("pass\xffword");
    QTest::newRow("a megabyte") << QByteArray(1 << 20, 'p');
}

void TestPasswordHasher::whatIsNoPasswordDoesNotMatch()
{
    QFETCH(QByteArray, password);
    for (const PasswordParameters &parameters : {quickArgon2(), quickBcrypt()}) {
        const auto encoded = hashPassword(Secret(), parameters);

        const auto verdict = verifyPassword(Secret(password), *encoded, parameters);

        QVERIFY_RESULT(verdict);
        QVERIFY(*verdict == PasswordVerdict{});
    }
}

void TestPasswordHasher::refusesToHashWhatIsNoText()
{
    const auto encoded = hashPassword(Secret(QByteArrayView("pass\xffword")), quickArgon2());

    QVERIFY(!encoded);
    QCOMPARE(encoded.problem().code, ProblemCode::ValidationFailed);
}

void TestPasswordHasher::refusesToHashTooLongForBcrypt()
{
    const auto encoded = hashPassword(Secret(QByteArray(73, 'p')), quickBcrypt());

    QVERIFY(!encoded);
    QCOMPARE(encoded.problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(encoded.problem().fields.front().code, FieldCode::PasswordTooLong);
    QVERIFY_RESULT(hashPassword(Secret(QByteArray(73, 'p')), quickArgon2()));
}

void TestPasswordHasher::worksOnItsOwnThreadsAndAnswersAll()
{
    PasswordHasher hasher({.parameters = quickArgon2(), .threads = 3, .capacity = 100});
    const auto encoded = hashPassword(secret("password"), quickArgon2());
    int right = 0;
    int wrong = 0;

    for (int i = 0; i < 100; ++i) {
        const bool good = i % 3 == 0;
        spawn(hasher.verify(secret(good ? "password" : "passwort"), *encoded), [&, good](std::optional<Result<PasswordVerdict>> verdict, auto) {
            (verdict->ok() && verdict->value().matches == good ? right : wrong) += 1;
        });
    }
    QVERIFY(QTest::qWaitFor([&] { return right + wrong == 100; }, 30'000));

    QCOMPARE(wrong, 0);
    QCOMPARE(hasher.threads(), 3);
    QCOMPARE(hasher.capacity(), std::size_t(100));
    QCOMPARE(hasher.waiting(), std::size_t(0));
}

void TestPasswordHasher::refusesAtOnceWhenTheQueueIsFull()
{
    PasswordHasher hasher({.parameters = {.argon2 = {.memoryKib = 65536, .passes = 2}}, .threads = 1, .capacity = 2});
    int done = 0;
    int refused = 0;

    for (int i = 0; i < 6; ++i) { // one at work, two waiting; the calls take less time than a hash of 64 MiB
        spawn(hasher.hash(secret("password")), [&](std::optional<Result<QByteArray>> hash, auto) {
            ++done;
            if (!*hash && hash->problem().code == ProblemCode::Overloaded && hash->problem().retryAfter)
                ++refused;
        });
    }
    const int refusedAtOnce = refused;
    QVERIFY(QTest::qWaitFor([&] { return done == 6; }, 30'000));

    QVERIFY(refusedAtOnce >= 3);
    QCOMPARE(refused, refusedAtOnce);
}

void TestPasswordHasher::keepsItsMemoryAndGivesItBackWhenIdle()
{
    const PasswordParameters parameters{.argon2 = {.memoryKib = 8192, .passes = 1}};
    PasswordHasher hasher({.parameters = parameters, .threads = 1, .engine = Argon2Engine::Portable, .memoryIdle = std::chrono::milliseconds(300)});
    QCOMPARE(hasher.keptMemory(), std::size_t(0));
    const auto encoded = waitFor(hasher.hash(secret("password")));
    QVERIFY_RESULT(encoded);
    QCOMPARE(hasher.keptMemory(), std::size_t(8) << 20U);

    QTRY_COMPARE(hasher.keptMemory(), std::size_t(0));

    const auto verdict = waitFor(hasher.verify(secret("password"), *encoded)); // and it works on
    QVERIFY_RESULT(verdict);
    QVERIFY(verdict->matches);
    QCOMPARE(hasher.keptMemory(), std::size_t(8) << 20U);
    QTRY_COMPARE(hasher.keptMemory(), std::size_t(0)); // each time
}

void TestPasswordHasher::doesNotKeepWhatADearerHashHasNeeded()
{
    const PasswordParameters usual{.argon2 = {.memoryKib = 8192, .passes = 1}};
    PasswordHasher hasher({.parameters = usual, .threads = 1, .engine = Argon2Engine::Portable, .memoryIdle = std::chrono::hours(1)});
    const auto dear = hashPassword(secret("password"), {.argon2 = {.memoryKib = 65536, .passes = 1}});
    QVERIFY_RESULT(dear);

    const auto verdict = waitFor(hasher.verify(secret("password"), *dear));

    QVERIFY_RESULT(verdict);
    QVERIFY(verdict->matches && verdict->needsRehash);
    QCOMPARE(hasher.keptMemory(), std::size_t(0));
    QVERIFY_RESULT(waitFor(hasher.hash(secret("password"))));
    QCOMPARE(hasher.keptMemory(), std::size_t(8) << 20U);
}

void TestPasswordHasher::everyEngineVerifiesWhatTheOthersHashed()
{
    for (const quint32 lanes : {1U, 2U}) {
        for (const Argon2Engine one : argon2Engines) {
            for (const Argon2Engine other : argon2Engines) {
                if (!hasArgon2Engine(one) || !hasArgon2Engine(other))
                    continue;
                Argon2Memory memory;
                const PasswordParameters parameters{.argon2 = {.memoryKib = 8192, .passes = 1, .lanes = lanes}};

                const auto encoded = hashPassword(secret("password"), parameters, {one, memory});

                QVERIFY_RESULT(encoded);
                const auto right = verifyPassword(secret("password"), *encoded, parameters, {other, memory});
                const auto wrong = verifyPassword(secret("passwort"), *encoded, parameters, {other, memory});
                QVERIFY2(right && right->matches && !right->needsRehash, qPrintable(nameOf(one) + QStringLiteral(", ") + nameOf(other)));
                QVERIFY2(wrong && !wrong->matches, qPrintable(nameOf(one) + QStringLiteral(", ") + nameOf(other)));
            }
        }
    }
}

void TestPasswordHasher::missingMemoryIsAnAnswerAndNoCrash()
{
#if defined(__SANITIZE_ADDRESS__)
    QSKIP("AddressSanitizer itself needs an address space without a limit");
#endif
    PasswordHasher hasher({.parameters = {.argon2 = {.memoryKib = 512 * 1024, .passes = 1}}, .threads = 2});
    rlimit before{};
    QCOMPARE(getrlimit(RLIMIT_AS, &before), 0);
    const rlimit tight{.rlim_cur = 450UL << 20U, .rlim_max = before.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_AS, &tight), 0);

    const auto hash = waitFor(hasher.hash(secret("password")));
    const auto decoy = waitFor(hasher.verifyDecoy(secret("password"), hasher.parameters()));

    QCOMPARE(setrlimit(RLIMIT_AS, &before), 0);
    QVERIFY(!hash);
    QCOMPARE(hash.problem().code, ProblemCode::Overloaded);
    QVERIFY(hash.problem().retryAfter);
    QVERIFY(!decoy);
    QCOMPARE(decoy.problem().code, ProblemCode::Overloaded);
    QCOMPARE(hasher.keptMemory(), std::size_t(0));
}

void TestPasswordHasher::theDecoyAnswersNothing_data()
{
    parameterRows();
}

void TestPasswordHasher::theDecoyAnswersNothing()
{
    QFETCH(PasswordParameters, parameters);
    PasswordHasher hasher({.parameters = parameters, .threads = 1});

    QVERIFY_RESULT(waitFor(hasher.verifyDecoy(secret("password"), hasher.parameters())));
    QVERIFY_RESULT(waitFor(hasher.verifyDecoy(Secret(QByteArrayView("pass\xffword")), hasher.parameters())));
    QVERIFY_RESULT(waitFor(hasher.verifyDecoy(Secret(QByteArray(100, 'p')), hasher.parameters())));
}

AEGIS_TEST(TestPasswordHasher)
#include "TestPasswordHasher.moc"
