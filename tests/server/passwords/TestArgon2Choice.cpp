#include "server/passwords/Argon2Choice.h"
#include "tests/support/TestMain.h"

#include <algorithm>

using namespace aegis;

class TestArgon2Choice : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesTheFastestThatIsHere();
    void takesTheNextWhenOneComputesWrongly();
    void takesTheNextWhenOneIsWrongOnlyInLaterPasses();
    void takesTheNextWhenOneHasNoAnswer();
    void fallsBackOnTheReferenceWhenAllAreWrong();
    void doesNotAskWhatThisMachineLacks();
    void takesTheOneThatIsAskedFor();
    void refusesToBeForcedToWhatThisMachineLacks();
    void refusesToBeForcedToWhatComputesWrongly();
};

/// Computes as libargon2 does, and spoils a bit of the hash when `spoils` says so.
static Argon2Candidate candidate(
    Argon2Engine engine, const std::function<bool(const Argon2Cost &)> &spoils = [](const Argon2Cost &) { return false; })
{
    return {engine, true, [spoils](const Secret &password, QByteArrayView salt, const Argon2Cost &cost, qsizetype size) -> Result<QByteArray> {
                Argon2Memory memory;
                TRY(QByteArray hash, argon2id(password, salt, cost, size, {Argon2Engine::Reference, memory}));
                if (spoils(cost))
                    hash[size - 1] = static_cast<char>(hash.at(size - 1) ^ 0x10);
                return hash;
            }};
}

static bool always(const Argon2Cost &)
{
    return true;
}

void TestArgon2Choice::takesTheFastestThatIsHere()
{
    const auto choice = chooseArgon2Engine({});

    QVERIFY_RESULT(choice);
    QCOMPARE(choice->engine, fastestArgon2Engine());
    QVERIFY(choice->failed.empty());
}

void TestArgon2Choice::takesTheNextWhenOneComputesWrongly()
{
    const auto choice = chooseArgon2Engine(
        {}, {candidate(Argon2Engine::Avx512, always), candidate(Argon2Engine::Avx2), candidate(Argon2Engine::Sodium, always)});

    QVERIFY_RESULT(choice);
    QCOMPARE(choice->engine, Argon2Engine::Avx2);
    QVERIFY(choice->failed == std::vector({Argon2Engine::Avx512, Argon2Engine::Sodium}));
}

void TestArgon2Choice::takesTheNextWhenOneIsWrongOnlyInLaterPasses()
{
    // Six samples of one to three passes: that none has a second one happens once in 729 starts.
    const auto later = [](const Argon2Cost &cost) { return cost.passes > 1; };
    int caught = 0;
    for (int start = 0; start < 10; ++start) {
        const auto choice = chooseArgon2Engine({}, {candidate(Argon2Engine::Avx512, later), candidate(Argon2Engine::Portable)});
        QVERIFY_RESULT(choice);
        caught += choice->engine == Argon2Engine::Portable ? 1 : 0;
    }
    QVERIFY(caught >= 8);
}

void TestArgon2Choice::takesTheNextWhenOneHasNoAnswer()
{
    const Argon2Candidate mute{Argon2Engine::Avx512, true, [](const Secret &, QByteArrayView, const Argon2Cost &, qsizetype) -> Result<QByteArray> {
                                   return ProblemCode::Internal;
                               }};

    const auto choice = chooseArgon2Engine({}, {mute, candidate(Argon2Engine::Sodium)});

    QVERIFY_RESULT(choice);
    QCOMPARE(choice->engine, Argon2Engine::Sodium);
    QVERIFY(choice->failed == std::vector({Argon2Engine::Avx512}));
}

void TestArgon2Choice::fallsBackOnTheReferenceWhenAllAreWrong()
{
    const auto choice = chooseArgon2Engine({}, {candidate(Argon2Engine::Avx512, always), candidate(Argon2Engine::Portable, always)});

    QVERIFY_RESULT(choice);
    QCOMPARE(choice->engine, Argon2Engine::Reference);
    QCOMPARE(choice->failed.size(), std::size_t(2));
}

void TestArgon2Choice::doesNotAskWhatThisMachineLacks()
{
    bool asked = false;
    const Argon2Candidate absent{Argon2Engine::Avx512, false,
                                 [&](const Secret &, QByteArrayView, const Argon2Cost &, qsizetype) -> Result<QByteArray> {
                                     asked = true;
                                     return ProblemCode::Internal;
                                 }};

    const auto choice = chooseArgon2Engine({}, {absent, candidate(Argon2Engine::Portable)});

    QVERIFY_RESULT(choice);
    QCOMPARE(choice->engine, Argon2Engine::Portable);
    QVERIFY(choice->failed.empty());
    QVERIFY(!asked);
}

void TestArgon2Choice::takesTheOneThatIsAskedFor()
{
    for (const Argon2Engine engine : argon2Engines) {
        if (!hasArgon2Engine(engine))
            continue;
        const auto choice = chooseArgon2Engine(engine);
        QVERIFY_RESULT(choice);
        QCOMPARE(choice->engine, engine);
    }
}

void TestArgon2Choice::refusesToBeForcedToWhatThisMachineLacks()
{
    Argon2Candidate absent = candidate(Argon2Engine::Avx512);
    absent.isHere = false;

    const auto choice = chooseArgon2Engine(Argon2Engine::Avx512, {absent, candidate(Argon2Engine::Avx2)});

    QVERIFY(!choice);
    QCOMPARE(choice.problem().detail,
             QStringLiteral("ARGON2_ENGINE=avx512 cannot be used: this machine does not have it: set ARGON2_ENGINE=auto, or another one"));
    QCOMPARE(choice.problem().fields.size(), std::size_t(1));
    QCOMPARE(choice.problem().fields.front().field, QStringLiteral("ARGON2_ENGINE"));
}

void TestArgon2Choice::refusesToBeForcedToWhatComputesWrongly()
{
    const auto choice = chooseArgon2Engine(Argon2Engine::Avx2, {candidate(Argon2Engine::Avx512), candidate(Argon2Engine::Avx2, always)});

    QVERIFY(!choice);
    QVERIFY(choice.problem().detail.contains(QStringLiteral("computes something else than libargon2")));
    QCOMPARE(choice.problem().fields.front().field, QStringLiteral("ARGON2_ENGINE"));
}

AEGIS_TEST(TestArgon2Choice)
#include "TestArgon2Choice.moc"
