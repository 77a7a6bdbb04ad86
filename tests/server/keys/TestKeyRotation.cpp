#include "server/events/EventPartitionStore.h"
#include "server/keys/KeyFeed.h"
#include "server/keys/SigningKeyStore.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Signing keys take turns in a real table.
class TestKeyRotation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_database = TestCluster::instance().create(); }
    void aCommandLetsTheNextKeySign();
    void aKeyThatIsTooNewWaits();
    void manyAtOnceRotateOnce();
    void manyFirstStartsMakeTwoKeys();
    void anExpiredKeyIsDeleted();
    void theRingFollowsTheTable();
    void keysThatAnOperatorDeletesAreReplacedAtOnce();
    void theRingStaysWithoutTheDatabase();
    void eachTakeoverIsTold();
    void whoHasAnotherClockChangesNothing_data();
    void whoHasAnotherClockChangesNothing();
    void whoHasAnotherEncryptionKeyChangesNothing();
    void whoHasAnotherClockFollowsTheOthers();
    void aKeyThatCannotBeOpenedIsLeftOut();
    void whoCanOpenNoKeyBelievesNone();
    void aKeyWhoseTurnIsOverSignsNothing();
    void noTurnIsGivenToAKeyThatCannotBeOpened();
    void deletedKeysEndWhereNoneCanBeMade();
    void aKeyWhoseTimeIsOverEndsWhereItCannotBeDeleted();

private:
    static Sealing sealing() { return Sealing::make({{1, Secret(QByteArray(32, 'k'))}}).value(); }
    KeySet open(const std::vector<KeyTimes> &keys) const
    {
        DatabaseSession db = session();
        std::map<QByteArray, SigningKey> opened;
        return KeySet::of(openKeys(db, m_sealing, keys, m_now, opened)->keys, m_now);
    }
    DatabaseSession session() const { return DatabaseSession(m_database.serving); }
    std::vector<KeyTimes> keys() const
    {
        DatabaseSession db = session();
        using Keys = std::vector<KeyTimes>;
        return db.read<Keys>(RequestContext::forSystem(m_now), SigningKeyStore::times).value();
    }
    /// As an operator does.
    void remove(Sql sql) const
    {
        DatabaseSession superuser(m_database.administrator);
        const auto done = superuser.write<Rows>(RequestContext::forSystem(m_now), [&](Tx &tx) { return tx.query(sql); });
        if (!done)
            qFatal("%s", qPrintable(done.problem().internal));
    }
    template <class T> T ask(Sql sql) const
    {
        DatabaseSession superuser(m_database.administrator);
        return superuser
            .read<T>(RequestContext::forSystem(m_now),
                     [&](Tx &tx) -> Result<T> {
                         TRY(const Row row, tx.queryOne(ProblemCode::Internal, sql));
                         return row.get<T>(0);
                     })
            .value();
    }

    TestDatabase m_database;
    const Sealing m_sealing = sealing();
    /// Of a server that knows a newer key besides.
    const Sealing m_others = Sealing::make({{1, Secret(QByteArray(32, 'k'))}, {2, Secret(QByteArray(32, 'n'))}}).value();
    const Instant m_now = systemNow();
    const KeyRules m_strict{.algorithm = SigningAlgorithm::EdDsa, .rotation = 24h * 90, .publishedAhead = 1h, .tokenLifetime = 15min};
    /// Months pass here, and not for the database.
    const KeyRules m_rules{.algorithm = m_strict.algorithm,
                           .rotation = m_strict.rotation,
                           .publishedAhead = m_strict.publishedAhead,
                           .tokenLifetime = m_strict.tokenLifetime,
                           .clockTolerance = 24h * 365};
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

void TestKeyRotation::theRingFollowsTheTable()
{
    DatabaseSession db = session();
    KeyRotation rotation(db, m_sealing, m_rules);
    const auto first = rotation.keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_rules, ring);
    const auto before = ring.current();
    const Instant later = m_now + 2h;
    const auto old = before->signerAt(later)->sign("{}");
    QVERIFY_RESULT(feed.poll(m_now));

    QVERIFY_RESULT(rotation.rotate(later)); // by another process
    QVERIFY_RESULT(feed.poll(later));

    const auto after = ring.current();
    const auto token = after->signerAt(later)->sign("{}");
    QCOMPARE(after->signerAt(later)->key().kid(), first->at(1).kid);
    QVERIFY_RESULT(after->verifier().verify(token->reveal()));
    QVERIFY_RESULT(after->verifier().verify(old->reveal()));
    QVERIFY2(before->verifier().verify(token->reveal()).ok(), "who has not looked yet believes the new key's tokens");
    QVERIFY(after->etag() != before->etag());
    QVERIFY_RESULT(feed.poll(later + 1h));
    QVERIFY2(!ring.current()->verifier().verify(old->reveal()).ok(), "a key goes with its last token");
    QVERIFY(!ring.current()->jwks().contains(first->at(0).kid));
}

/// Somebody may know all private parts, also that of the next key.
void TestKeyRotation::keysThatAnOperatorDeletesAreReplacedAtOnce()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_rules, ring);
    QVERIFY_RESULT(feed.poll(m_now));
    const auto old = ring.current()->signerAt(m_now)->sign("{}");
    const std::uint64_t losses = ring.losses();

    remove("delete from aegis.signing_key");
    QVERIFY_RESULT(feed.poll(m_now));

    const std::vector<KeyTimes> present = keys();
    QCOMPARE(present.size(), std::size_t(2));
    QCOMPARE(ring.current()->times(), present);
    QVERIFY(!ring.current()->verifier().verify(old->reveal()).ok());
    QVERIFY(ring.losses() > losses); // what is remembered of verified tokens is forgotten
    for (const KeyTimes &gone : *first)
        QVERIFY(!ring.current()->jwks().contains(gone.kid));
}

void TestKeyRotation::theRingStaysWithoutTheDatabase()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(DatabaseSession(ConnectionString::parse(QStringLiteral("host=127.0.0.1 port=1 dbname=none user=nobody connect_timeout=1")).value()),
                 m_sealing, m_rules, ring);
    const auto before = ring.current();

    QVERIFY(!feed.poll(m_now).ok());

    QCOMPARE(ring.current(), before);
    const Instant turn = m_now + m_rules.rotation;
    QCOMPARE(ring.current()->signerAt(turn)->key().kid(), first->at(1).kid); // a planned turn comes all the same
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

void TestKeyRotation::whoHasAnotherClockFollowsTheOthers()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_strict, ring);
    QVERIFY_RESULT(feed.poll(m_now));
    const Instant wrong = m_now + m_rules.rotation + 1h; // by its clock the second key signs, and a third one is due
    const auto turn = KeyRotation(db, m_sealing, m_rules).rotate(m_now + 2h);
    QVERIFY_RESULT(turn);
    const QByteArray third = keys().back().kid;
    remove("update aegis.signing_key set signs_until = null, verifies_until = null"); // as if nobody had retired the first

    const auto polled = feed.poll(wrong);

    QVERIFY(!polled.ok());
    QVERIFY2(polled.problem().detail.contains(QStringLiteral("clock")), qPrintable(polled.problem().detail));
    QVERIFY2(ring.current()->jwks().contains(third), "what the others have made is known here, too");
    QVERIFY(ring.isComplete());
}

/// Its server lacks an encryption key: it cannot sign as the others do, and believes no key any longer than they.
void TestKeyRotation::aKeyThatCannotBeOpenedIsLeftOut()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_rules, ring);
    QVERIFY_RESULT(feed.poll(m_now));
    const auto old = ring.current()->signerAt(m_now)->sign("{}");
    QVERIFY_RESULT(KeyRotation(db, m_others, m_rules).rotate(m_now + 2h)); // makes a third one, sealed with what this server has not
    const KeyTimes third = keys().back();

    const auto polled = feed.poll(m_now + 2h);

    QVERIFY(!polled.ok());
    QVERIFY2(polled.problem().detail.contains(QString::fromLatin1(third.kid)), qPrintable(polled.problem().detail));
    QVERIFY2(ring.isComplete(), "its turn is far off, and all tokens can be verified");
    QCOMPARE(ring.current()->signerAt(m_now + 2h)->key().kid(), first->at(1).kid); // as the others
    QVERIFY(!feed.poll(m_now + 3h).ok());
    QVERIFY2(!ring.current()->verifier().verify(old->reveal()).ok(), "the first one's time is over");
    QVERIFY(!feed.poll(third.signsFrom - 30min).ok());
    QVERIFY(!ring.isComplete());

    QVERIFY_RESULT(db.write<void>(RequestContext::forSystem(m_now), [&](Tx &tx) { return SigningKeyStore::remove(tx, {third.kid}); }));
    QVERIFY_RESULT(feed.poll(m_now + 3h));
    QVERIFY(ring.isComplete());
}

/// An operator has deleted what may be known to somebody, and another server has made new ones.
void TestKeyRotation::whoCanOpenNoKeyBelievesNone()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_rules, ring);
    QVERIFY_RESULT(feed.poll(m_now));
    const auto old = ring.current()->signerAt(m_now)->sign("{}");
    remove("delete from aegis.signing_key");
    const Sealing renewed = Sealing::make({{2, Secret(QByteArray(32, 'n'))}}).value();
    QVERIFY_RESULT(KeyRotation(db, renewed, m_rules).keepUp(m_now));

    QVERIFY(!feed.poll(m_now).ok());

    QVERIFY(!ring.isComplete());
    QVERIFY(!ring.current()->verifier().verify(old->reveal()).ok());
    QCOMPARE(ring.current()->signerAt(m_now), nullptr);
    QCOMPARE(ring.current()->jwks(), QByteArray(R"({"keys":[]})"));
}

void TestKeyRotation::aKeyWhoseTurnIsOverSignsNothing()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_rules, ring);
    const auto old = ring.current()->signerAt(m_now)->sign("{}");
    remove("delete from aegis.signing_key where signs_from > now()");
    QVERIFY_RESULT(KeyRotation(db, m_others, m_rules).keepUp(m_now)); // makes the next one
    QVERIFY_RESULT(KeyRotation(db, m_others, m_rules).rotate(m_now + 2h));

    QVERIFY(!feed.poll(m_now + 2h).ok());

    QVERIFY(!ring.isComplete());
    QVERIFY_RESULT(ring.current()->verifier().verify(old->reveal())); // its last tokens are good
    QCOMPARE(ring.current()->signerAt(m_now + 2h), nullptr);
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

void TestKeyRotation::deletedKeysEndWhereNoneCanBeMade()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_strict, ring);
    const auto old = ring.current()->signerAt(m_now)->sign("{}");
    remove("delete from aegis.signing_key");

    const auto polled = feed.poll(m_now + 1h); // its clock is wrong

    QVERIFY(!polled.ok());
    for (const char *reason : {"clock", "there is no signing key"})
        QVERIFY2(polled.problem().detail.contains(QLatin1String(reason)), qPrintable(polled.problem().detail));
    QVERIFY(!ring.isComplete());
    QVERIFY(!ring.current()->verifier().verify(old->reveal()).ok());
}

void TestKeyRotation::aKeyWhoseTimeIsOverEndsWhereItCannotBeDeleted()
{
    DatabaseSession db = session();
    const auto first = KeyRotation(db, m_sealing, m_rules).keepUp(m_now);
    KeyRing ring(open(*first));
    KeyFeed feed(session(), m_sealing, m_strict, ring);
    const auto old = ring.current()->signerAt(m_now)->sign("{}");
    QVERIFY_RESULT(KeyRotation(db, m_sealing, m_rules).rotate(m_now + 2h));
    const auto isBelieved = [&] { return ring.current()->verifier().verify(old->reveal()).ok(); };

    QVERIFY_RESULT(feed.poll(m_now + 2h)); // there is nothing to do for it
    QVERIFY(isBelieved());
    QVERIFY(!feed.poll(m_now + 3h).ok()); // it may not change anything

    QCOMPARE(keys().size(), std::size_t(3));
    QVERIFY(!isBelieved());
    QVERIFY(ring.isComplete());
}

AEGIS_TEST(TestKeyRotation)
#include "TestKeyRotation.moc"
