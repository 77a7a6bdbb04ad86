#include "server/keys/KeyPlan.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace std::chrono_literals;

/// What is due for the signing keys, without a database.
class TestKeyPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFirstKeySignsAndTheSecondWaits();
    void nothingIsDueInBetween();
    void theNextTakesOverAtItsTime();
    void aRetiredKeyStaysForItsLastToken();
    void aTurnThatNobodySawComesAllTheSame();
    void aNewAlgorithmIsPublishedBeforeItSigns();
    void onlyAServerThatStartsTakesAnotherAlgorithm();
    void aKeyThatIsAboutToSignIsNotTakenAway();
    void oneKeySignsWhateverTheClockSays();
    void aKeyFromTheFutureIsPublishedNow();

private:
    KeyTimes key(const char *kid, Instant signsFrom, std::optional<Instant> signsUntil = {}, std::optional<Instant> verifiesUntil = {}) const
    {
        return {.kid = kid,
                .algorithm = SigningAlgorithm::Es256,
                .createdAt = m_now - 24h * 200,
                .signsFrom = signsFrom,
                .signsUntil = signsUntil,
                .verifiesUntil = verifiesUntil};
    }
    QByteArray signer(const std::vector<KeyTimes> &keys, Instant at) const { return keys[signingPlace(keys, at)].kid; }

    const Instant m_now = fromUnixSeconds(1'800'000'000);
    const KeyRules m_rules{.algorithm = SigningAlgorithm::Es256, .rotation = 24h * 90, .publishedAhead = 1h, .tokenLifetime = 15min};
};

void TestKeyPlan::theFirstKeySignsAndTheSecondWaits()
{
    const KeyPlan plan = KeyPlan::make({}, m_rules, m_now);

    QVERIFY(plan.makeFirst);
    QCOMPARE(plan.keysToMake(), 2);
    QVERIFY(plan.nextSignsFrom == m_now + m_rules.rotation);
}

void TestKeyPlan::nothingIsDueInBetween()
{
    const std::vector<KeyTimes> keys{key("one", m_now - 24h), key("two", m_now + 24h)};

    QVERIFY(KeyPlan::make(keys, m_rules, m_now).isEmpty());
    QVERIFY(KeyPlan::make(keys, m_rules, m_now, true).isEmpty());
    QCOMPARE(keyStateAt(keys, 0, m_now), KeyState::Signing);
    QCOMPARE(keyStateAt(keys, 1, m_now), KeyState::Next);
}

void TestKeyPlan::theNextTakesOverAtItsTime()
{
    const Instant turn = m_now + 24h;
    const std::vector<KeyTimes> keys{key("one", m_now - 24h), key("two", turn)};

    QCOMPARE(signer(keys, turn - 1us), QByteArray("one"));
    QCOMPARE(signer(keys, turn), QByteArray("two")); // before anybody has looked
    QCOMPARE(keyStateAt(keys, 0, turn), KeyState::Verifying);
    const KeyPlan plan = KeyPlan::make(keys, m_rules, turn + 3s);
    QCOMPARE(plan.retire, std::vector<QByteArray>{"one"});
    QCOMPARE(plan.successor, QByteArray("two"));
    QVERIFY(plan.retiredUntil >= turn + 3s + m_rules.tokenLifetime);
    QVERIFY(plan.nextSignsFrom == turn + m_rules.rotation);
    QVERIFY(plan.remove.empty());
}

void TestKeyPlan::aRetiredKeyStaysForItsLastToken()
{
    const std::vector<KeyTimes> keys{key("one", m_now - 48h, m_now - 1h, m_now + 1s), key("two", m_now - 1h), key("three", m_now + 24h)};

    QVERIFY(KeyPlan::make(keys, m_rules, m_now).isEmpty());
    QCOMPARE(keyStateAt(keys, 0, m_now), KeyState::Verifying);
    QCOMPARE(KeyPlan::make(keys, m_rules, m_now + 1s).remove, std::vector<QByteArray>{"one"});
    QCOMPARE(keyStateAt(keys, 0, m_now + 1s), KeyState::Expired);
}

void TestKeyPlan::aTurnThatNobodySawComesAllTheSame()
{
    // No server ran for a year: the next key was published all the time, and the one after it begins from now.
    const std::vector<KeyTimes> keys{key("one", m_now - 24h * 400), key("two", m_now - 24h * 310)};

    const KeyPlan plan = KeyPlan::make(keys, m_rules, m_now);

    QCOMPARE(signer(keys, m_now), QByteArray("two"));
    QCOMPARE(plan.retire, std::vector<QByteArray>{"one"});
    QVERIFY2(plan.retiredUntil > m_now + m_rules.tokenLifetime, "it may have signed until a moment ago, for all that is known");
    QVERIFY(plan.nextSignsFrom == m_now + m_rules.publishedAhead);
}

void TestKeyPlan::aNewAlgorithmIsPublishedBeforeItSigns()
{
    const std::vector<KeyTimes> keys{key("one", m_now - 24h), key("two", m_now + 24h * 89)};
    KeyRules other = m_rules;
    other.algorithm = SigningAlgorithm::EdDsa;

    const KeyPlan plan = KeyPlan::make(keys, other, m_now, true);

    QCOMPARE(plan.remove, std::vector<QByteArray>{"two"});
    QVERIFY(plan.retire.empty());
    QVERIFY(plan.nextSignsFrom == m_now + other.publishedAhead);
}

void TestKeyPlan::onlyAServerThatStartsTakesAnotherAlgorithm()
{
    const std::vector<KeyTimes> keys{key("one", m_now - 24h), key("two", m_now + 24h * 89)};
    KeyRules other = m_rules;
    other.algorithm = SigningAlgorithm::EdDsa;

    QVERIFY(KeyPlan::make(keys, other, m_now).isEmpty());
}

void TestKeyPlan::aKeyThatIsAboutToSignIsNotTakenAway()
{
    const std::vector<KeyTimes> keys{key("one", m_now - 24h), key("two", m_now + 1min)};
    KeyRules other = m_rules;
    other.algorithm = SigningAlgorithm::EdDsa;

    QVERIFY(KeyPlan::make(keys, other, m_now, true).isEmpty());
}

void TestKeyPlan::oneKeySignsWhateverTheClockSays()
{
    const std::vector<KeyTimes> keys{key("one", m_now - 24h, m_now, m_now + 1h), key("two", m_now), key("three", m_now + 24h)};

    QCOMPARE(signer(keys, m_now - 1s), QByteArray("one")); // a clock behind the others'
    QCOMPARE(signer(keys, m_now), QByteArray("two"));
    QCOMPARE(signer({keys[1], keys[2]}, m_now - 24h * 9), QByteArray("two"));
    QCOMPARE(signer({keys[1]}, m_now - 24h * 9), QByteArray("two"));
}

void TestKeyPlan::aKeyFromTheFutureIsPublishedNow()
{
    KeyTimes next = key("two", m_now + 24h * 455);
    next.createdAt = m_now + 24h * 365; // by the clock of whoever made it

    QVERIFY(KeyPlan::soonest(next, m_rules, m_now) == m_now + m_rules.publishedAhead);
}

AEGIS_TEST(TestKeyPlan)
#include "TestKeyPlan.moc"
