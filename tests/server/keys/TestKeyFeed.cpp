#include "tests/server/keys/KeyTable.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// A server's ring of keys follows a real table, and believes nothing for longer than the others.
class TestKeyFeed : public KeyTable {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }
    void theRingFollowsTheTable();
    void keysThatAnOperatorDeletesAreReplacedAtOnce();
    void theRingStaysWithoutTheDatabase();
    void whoHasAnotherClockFollowsTheOthers();
    void aKeyThatCannotBeOpenedIsLeftOut();
    void whoCanOpenNoKeyBelievesNone();
    void aKeyWhoseTurnIsOverSignsNothing();
    void deletedKeysEndWhereNoneCanBeMade();
    void aKeyWhoseTimeIsOverEndsWhereItCannotBeDeleted();
};

void TestKeyFeed::theRingFollowsTheTable()
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
void TestKeyFeed::keysThatAnOperatorDeletesAreReplacedAtOnce()
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

void TestKeyFeed::theRingStaysWithoutTheDatabase()
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

void TestKeyFeed::whoHasAnotherClockFollowsTheOthers()
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
void TestKeyFeed::aKeyThatCannotBeOpenedIsLeftOut()
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
void TestKeyFeed::whoCanOpenNoKeyBelievesNone()
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

void TestKeyFeed::aKeyWhoseTurnIsOverSignsNothing()
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

void TestKeyFeed::deletedKeysEndWhereNoneCanBeMade()
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

void TestKeyFeed::aKeyWhoseTimeIsOverEndsWhereItCannotBeDeleted()
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

AEGIS_TEST(TestKeyFeed)
#include "TestKeyFeed.moc"
