#include "tests/server/audit/AuditTrail.h"

#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestAuditKeys : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isMadeOnceAndKept();
    void theNewestFileSigns();
    void theSettingGoesBeforeTheFiles();
    void theKeyIsThatOfRfc8032();
    void aChangeIsEndorsedByTheKeyBefore();
    void aChangeWithoutTheKeyBeforeIsFound();
    void anOldKeyDoesNotSignAgain();
    void theDatabaseNeverSeesTheKey();
};

void TestAuditKeys::isMadeOnceAndKept()
{
    const QTemporaryDir directory;
    Settings settings = Settings::defaults();
    settings.dataDir = directory.path();
    QVERIFY(!*AuditKeys::present(settings));

    const auto made = AuditKeys::load(settings);
    const auto again = AuditKeys::load(settings);

    QVERIFY(made->isMade && !again->isMade);
    QCOMPARE(again->current.kid(), made->current.kid());
    QCOMPARE((*AuditKeys::present(settings))->current.kid(), made->current.kid());
    QCOMPARE(QFile::permissions(directory.filePath(QStringLiteral("secrets/audit-signing-key"))) & QFile::Permissions(0x0077), QFile::Permissions());
}

void TestAuditKeys::theNewestFileSigns()
{
    const QTemporaryDir directory;
    Settings settings = Settings::defaults();
    settings.dataDir = directory.path();
    const auto first = AuditKeys::load(settings);

    const auto second = AuditKeys::makeNext(settings);

    QVERIFY_RESULT(second);
    QVERIFY(second->current.kid() != first->current.kid());
    const auto loaded = AuditKeys::load(settings);
    QCOMPARE(loaded->current.kid(), second->current.kid());
    QCOMPARE(loaded->older.size(), std::size_t(1));
    QCOMPARE(loaded->older.front().kid(), first->current.kid());
    QVERIFY(QFile::remove(directory.filePath(QStringLiteral("secrets/audit-signing-key")))); // it has endorsed the next one
    QCOMPARE(AuditKeys::load(settings)->current.kid(), second->current.kid());
}

void TestAuditKeys::theSettingGoesBeforeTheFiles()
{
    const QTemporaryDir directory;
    Settings settings = Settings::defaults();
    settings.dataDir = directory.path();
    settings.auditSigningKey = Secret(QByteArray(32, '\1'));
    settings.auditSigningKeyPrevious = Secret(QByteArray(32, '\2'));

    const auto keys = AuditKeys::load(settings);

    QCOMPARE(keys->current.kid(), auditKey(1).kid());
    QCOMPARE(keys->older.front().kid(), auditKey(2).kid());
    QVERIFY(!AuditKeys::makeNext(settings).ok());
    QVERIFY(QDir(directory.path()).isEmpty());
}

// Test 1 of section 7.1.
void TestAuditKeys::theKeyIsThatOfRfc8032()
{
    const auto key = AuditKeys::fromSeed(Secret(QByteArray::fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")));

    QVERIFY_RESULT(key);
    QCOMPARE(publicBytes(*key).toHex(), QByteArray("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
    QCOMPARE(key->sign({})->toHex(),
             QByteArray(
                 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"));
}

void TestAuditKeys::aChangeIsEndorsedByTheKeyBefore()
{
    AuditTrail trail;
    trail.fill();
    trail.restartSealer(auditKeys(2, {1}));
    trail.fill();
    trail.restartSealer(auditKeys(3, {2}));
    trail.fill();

    for (const int known : {1, 2, 3}) // whichever of them somebody trusts
        QVERIFY(trail.check({.keys = {auditKey(known).kid()}, .key = {}, .head = {}}).isWhole());
    QCOMPARE(kindsOf(trail.check({.keys = {auditKey(4).kid()}, .key = {}, .head = {}})), QByteArray("unknown_key"));
    QCOMPARE(trail.value<qint64>("select count(*) from aegis.seal_key"), qint64(3));
    QCOMPARE(trail.value<qint64>("select count(distinct key_id) from aegis.seal"), qint64(3));

    // A seal of the time of the second key that the first one signs is no seal.
    trail.sql("update aegis.seal_key set first_sequence = first_sequence + 1 where first_sequence > 1");
    QVERIFY(kindsOf(trail.check()).contains("wrong_signature"));
}

void TestAuditKeys::aChangeWithoutTheKeyBeforeIsFound()
{
    AuditTrail trail;
    trail.fill();
    auto wrong = trail.sealer(auditKeys(2)); // one that was never given the first
    trail.now += 20s;
    trail.append(1);
    const auto step = wrong->step();
    QVERIFY(!step.ok() && step.problem().detail.contains(QString::fromLatin1(auditKey(1).kid())));
    QVERIFY(trail.check().isWhole());

    trail.restartSealer(auditKeyInPlaceOf(1, 2));
    trail.now += 20s;
    trail.fill();

    QCOMPARE(kindsOf(trail.check()), QByteArray("unknown_key"));
    QCOMPARE(kindsOf(trail.check({.keys = {auditKey(2).kid()}, .key = {}, .head = {}})), QByteArray("unknown_key"));
    QVERIFY(trail.check({.keys = {auditKey(1).kid(), auditKey(2).kid()}, .key = {}, .head = {}}).isWhole()); // who knows of it says so
}

void TestAuditKeys::anOldKeyDoesNotSignAgain()
{
    AuditTrail trail;
    trail.fill();
    trail.restartSealer(auditKeys(2, {1}));
    trail.fill();
    const qint64 before = trail.head().sequence;
    trail.append(1);
    auto old = trail.sealer(auditKeys(1));

    QVERIFY(!old->step().ok()); // a server that was not started again

    QCOMPARE(trail.head().sequence, before);
}

void TestAuditKeys::theDatabaseNeverSeesTheKey()
{
    AuditTrail trail;
    trail.fill();

    const QByteArray all = trail.value<QByteArray>(
        "select (select string_agg(s::text, ' ') from aegis.seal s) || (select string_agg(k::text, ' ') from aegis.seal_key k) || "
        "(select string_agg(e::text, ' ') from aegis.event e)");

    QVERIFY(!all.contains(QByteArray(32, '\1').toHex()));
    QVERIFY(all.contains(publicBytes(auditKey(1)).toHex()));
}

AEGIS_TEST(TestAuditKeys)
#include "TestAuditKeys.moc"
