#include "server/events/EventPartitionStore.h"
#include "tests/server/keys/KeyTable.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Signing keys take turns in a real table.
class TestKeyRotation : public KeyTable {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }
    void aCommandLetsTheNextKeySign();
    void aKeyThatIsTooNewWaits();
    void manyAtOnceRotateOnce();
    void manyFirstStartsMakeTwoKeys();
    void anExpiredKeyIsDeleted();
    void eachTakeoverIsTold();
    void whoHasAnotherClockChangesNothing_data();
    void whoHasAnotherClockChangesNothing();
    void whoHasAnotherEncryptionKeyChangesNothing();
    void noTurnIsGivenToAKeyThatCannotBeOpened();
};

void TestKeyRotation::aCommandLetsTheNextKeySign()
{
    DatabaseSession db = session();
    KeyRotation rotation(db, m_sealing, m_rules);
    const auto first = rotation.keepUp(m_now);
    QVERIFY_RESULT(first);
    QCOMPARE(first->size(), std::size_t(2));
    const Instant later = m_now + 2h;

    const auto turn = rotation.rotate(later);

    QVERIFY_RESULT(turn);
    QCOMPARE(turn->kid, first->at(1).kid);
    QVERIFY(turn->signsFrom == later);
    const std::vector<KeyTimes> present = keys();
    QCOMPARE(present.size(), std::size_t(3));
    QCOMPARE(present[signingPlace(present, later)].kid, turn->kid);
    QCOMPARE(keyStateAt(present, 0, later), KeyState::Verifying);
    QVERIFY(present[0].verifiesUntil.value() > later + m_rules.tokenLifetime);
    QCOMPARE(keyStateAt(present, 2, later), KeyState::Next);
    QVERIFY(present[2].signsFrom == later + m_rules.rotation);
}

void TestKeyRotation::aKeyThatIsTooNewWaits()
{
    DatabaseSession db = session();
    KeyRotation rotation(db, m_sealing, m_rules);
    const auto first = rotation.keepUp(m_now);
    QVERIFY_RESULT(first);

    const auto turn = rotation.rotate(m_now + 10min);
    const auto again = rotation.rotate(m_now + 20min);

    QVERIFY_RESULT(turn);
    QVERIFY(turn->signsFrom == m_now + m_rules.publishedAhead); // from its making, not from the command
    QVERIFY_RESULT(again);
    QCOMPARE(again->kid, turn->kid);
    QVERIFY(again->signsFrom == turn->signsFrom);
    std::vector<KeyTimes> present = keys();
    QCOMPARE(present.size(), std::size_t(2));
    QCOMPARE(present[signingPlace(present, m_now + 59min)].kid, first->at(0).kid);
    QCOMPARE(present[signingPlace(present, m_now + 60min)].kid, first->at(1).kid);
}

void TestKeyRotation::manyAtOnceRotateOnce()
{
    DatabaseSession db = session();
    QVERIFY_RESULT(KeyRotation(db, m_sealing, m_rules).keepUp(m_now));
    const Instant turn = m_now + m_rules.rotation + 1s;
    QVERIFY_RESULT(db.write<void>(RequestContext::forSystem(turn), EventPartitionStore::ensure)); // as housekeeping does until then

    const auto outcomes = together(8, [&](int) {
        DatabaseSession own = session();
        return KeyRotation(own, m_sealing, m_rules).keepUp(turn).ok() ? 1 : 0;
    });

    QCOMPARE(std::count(outcomes.begin(), outcomes.end(), 1), 8);
    QCOMPARE(keys().size(), std::size_t(3));
    QCOMPARE(ask<qint64>("select count(*) from aegis.event where type = 'SigningKeyRotated'"), qint64(2));
    QCOMPARE(ask<qint64>("select count(*) from aegis.event where type = 'SigningKeyMade'"), qint64(3));
    QCOMPARE(ask<qint64>("select count(*) from aegis.signing_key where signs_until is not null"), qint64(1));
}

void TestKeyRotation::manyFirstStartsMakeTwoKeys()
{
    together(8, [&](int) {
        DatabaseSession own = session();
        return KeyRotation(own, m_sealing, m_rules).keepUp(m_now, true).ok() ? 1 : 0;
    });

    QCOMPARE(keys().size(), std::size_t(2));
    QCOMPARE(ask<qint64>("select count(*) from aegis.event where type = 'SigningKeyMade'"), qint64(2));
}

void TestKeyRotation::anExpiredKeyIsDeleted()
{
    DatabaseSession db = session();
    KeyRotation rotation(db, m_sealing, m_rules);
    const auto first = rotation.keepUp(m_now);
    QVERIFY_RESULT(rotation.rotate(m_now + 2h));

    QVERIFY_RESULT(rotation.keepUp(m_now + 2h + m_rules.tokenLifetime));
    QCOMPARE(keys().size(), std::size_t(3));
    QVERIFY_RESULT(rotation.keepUp(m_now + 3h));

    const std::vector<KeyTimes> present = keys();
    QCOMPARE(present.size(), std::size_t(2));
    QVERIFY(present[0].kid != first->at(0).kid && present[1].kid != first->at(0).kid);
}

void TestKeyRotation::eachTakeoverIsTold()
{
    DatabaseSession db = session();
    KeyRotation rotation(db, m_sealing, m_rules);
    const auto first = rotation.keepUp(m_now);
    QVERIFY_RESULT(rotation.rotate(m_now + 2h));

    QCOMPARE(ask<QString>("select string_agg((payload->>'kid') || ' ' || coalesce(payload->>'replaces', '-'), ',' order by id) from aegis.event "
                          "where type = 'SigningKeyRotated'"),
             QStringLiteral("%1 -,%2 %1").arg(QString::fromLatin1(first->at(0).kid), QString::fromLatin1(first->at(1).kid)));
}

void TestKeyRotation::whoHasAnotherClockChangesNothing_data()
{
    QTest::addColumn<int>("hours");
    QTest::newRow("half a year ahead") << 24 * 180;
    QTest::newRow("an hour ahead") << 1;
    QTest::newRow("a year behind") << -24 * 365;
}

/// It would retire a key that everybody else signs with, or make one for a day that is far off.
void TestKeyRotation::whoHasAnotherClockChangesNothing()
{
    QFETCH(const int, hours);
    DatabaseSession db = session();
    QVERIFY_RESULT(KeyRotation(db, m_sealing, m_strict).keepUp(systemNow()));
    remove("delete from aegis.signing_key where signs_from > now()"); // so that there is something to do
    const std::vector<KeyTimes> before = keys();
    KeyRotation wrong(db, m_sealing, m_strict);

    const auto kept = wrong.keepUp(systemNow() + std::chrono::hours(hours));
    const auto rotated = wrong.rotate(systemNow() + std::chrono::hours(hours));

    QVERIFY(!kept.ok() && !rotated.ok());
    for (const QString &said : {kept.problem().detail, rotated.problem().detail})
        QVERIFY2(said.contains(QStringLiteral("differ by more than 60 s")), qPrintable(said));
    QCOMPARE(keys(), before);
    QVERIFY_RESULT(KeyRotation(db, m_sealing, m_strict).keepUp(systemNow()));
    QCOMPARE(keys().size(), std::size_t(2));
}

/// What it sealed nobody else could open.
void TestKeyRotation::whoHasAnotherEncryptionKeyChangesNothing()
{
    DatabaseSession db = session();
    QVERIFY_RESULT(KeyRotation(db, m_sealing, m_rules).keepUp(m_now));
    const std::vector<KeyTimes> before = keys();
    const Sealing wrong = Sealing::make({{1, Secret(QByteArray(32, 'w'))}}).value();

    const auto rotated = KeyRotation(db, wrong, m_rules).rotate(m_now + 2h);
    const auto kept = KeyRotation(db, wrong, m_rules).keepUp(m_now + m_rules.rotation + 1s);

    QVERIFY(!kept.ok() && !rotated.ok());
    for (const QString &said : {kept.problem().detail, rotated.problem().detail})
        QVERIFY2(said.contains(QStringLiteral("another ENCRYPTION_KEY")), qPrintable(said));
    QCOMPARE(keys(), before);
}

/// Nobody could sign then.
void TestKeyRotation::noTurnIsGivenToAKeyThatCannotBeOpened()
{
    DatabaseSession db = session();
    QVERIFY_RESULT(KeyRotation(db, m_sealing, m_rules).keepUp(m_now));
    remove("delete from aegis.signing_key where signs_from > now()");
    QVERIFY_RESULT(KeyRotation(db, m_others, m_rules).keepUp(m_now)); // makes the next one
    const std::vector<KeyTimes> before = keys();

    const auto turn = KeyRotation(db, m_sealing, m_rules).rotate(m_now + 2h);

    QVERIFY(!turn.ok());
    QVERIFY2(turn.problem().detail.contains(QString::fromLatin1(before.back().kid)), qPrintable(turn.problem().detail));
    QCOMPARE(keys(), before);
}

AEGIS_TEST(TestKeyRotation)
#include "TestKeyRotation.moc"
