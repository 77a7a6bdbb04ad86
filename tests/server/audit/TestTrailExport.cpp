#include "tests/server/audit/AuditTrail.h"
#include "shared/ids/Uuid.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestTrailExport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_trail.reset(); }
    void verifiesByItself();
    void aPartVerifiesByItself();
    void changesOfTheFileAreFound_data();
    void changesOfTheFileAreFound();
    void holdsAKeptHead();
    void anExportOfAnotherHistoryIsFound();
    void showsWhatIsLeftOfOldDays();

private:
    QByteArray exported(AuditTrail &trail, TrailRange range = {})
    {
        QFile file(m_directory.filePath(QStringLiteral("trail")));
        if (!file.open(QIODevice::ReadWrite | QIODevice::Truncate))
            qFatal("no file");
        const auto written = exportTrail(trail.serving, range, file, trail.now);
        if (!written)
            qFatal("%s", inWords(written.problem()).constData());
        file.seek(0);
        return file.readAll();
    }
    TrailVerdict check(const QByteArray &content, TrailTrust trust = {.keys = {auditKey(1).kid()}, .key = {}, .head = {}})
    {
        QFile file(m_directory.filePath(QStringLiteral("trail")));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(content) != content.size() || !file.flush())
            qFatal("no file");
        return *checkExport(file.fileName(), trust);
    }

    QTemporaryDir m_directory;
    std::unique_ptr<AuditTrail> m_trail;
    QByteArray m_whole;
};

void TestTrailExport::initTestCase()
{
    m_trail = std::make_unique<AuditTrail>();
    m_trail->fill();
    m_whole = exported(*m_trail);
}

void TestTrailExport::verifiesByItself()
{
    const TrailVerdict verdict = check(m_whole);

    QVERIFY2(verdict.isWhole(), verdict.lines().join(u'\n').toUtf8().constData());
    QVERIFY(verdict.isPinned && !verdict.isHeadKept);
    QCOMPARE(verdict.events, m_trail->head().size);
    QCOMPARE(verdict.head->root, m_trail->head().root);
    QVERIFY(!check(m_whole, {}).isPinned);
}

void TestTrailExport::aPartVerifiesByItself()
{
    const QByteArray part = exported(*m_trail, {.from = 3, .to = 4});

    const TrailVerdict verdict = check(part);

    QVERIFY2(verdict.isWhole(), verdict.lines().join(u'\n').toUtf8().constData());
    QCOMPARE(verdict.seals, qint64(2));
    QVERIFY(part.size() < m_whole.size());
    QFile none(m_directory.filePath(QStringLiteral("none")));
    QVERIFY(none.open(QIODevice::WriteOnly));
    QVERIFY(!exportTrail(m_trail->serving, {.from = 400, .to = 0}, none, m_trail->now).ok());
}

void TestTrailExport::changesOfTheFileAreFound_data()
{
    QTest::addColumn<QByteArray>("attack");
    QTest::addColumn<QByteArray>("kinds"); ///< begins with
    QTest::newRow("an edited event") << QByteArray("edit") << QByteArray("wrong_root");
    QTest::newRow("a deleted event") << QByteArray("delete") << QByteArray("deleted");
    QTest::newRow("an inserted event") << QByteArray("insert") << QByteArray("reordered");
    QTest::newRow("two events in another order") << QByteArray("swap") << QByteArray("deleted reordered");
    QTest::newRow("an event of which only a digest is left") << QByteArray("hide") << QByteArray("deleted");
    QTest::newRow("a seal taken out with its events") << QByteArray("cut") << QByteArray("deleted");
    QTest::newRow("the end cut off") << QByteArray("truncate") << QByteArray("truncated");
    QTest::newRow("another time in a seal") << QByteArray("time") << QByteArray("wrong_signature");
    QTest::newRow("a line that is none") << QByteArray("garbage") << QByteArray("unreadable");
    QTest::newRow("no key") << QByteArray("key") << QByteArray("unknown_key");
    QTest::newRow("nothing") << QByteArray("empty") << QByteArray("unreadable truncated");
}

void TestTrailExport::changesOfTheFileAreFound()
{
    QFETCH(QByteArray, attack);
    QFETCH(QByteArray, kinds);
    QByteArrayList lines = m_whole.trimmed().split('\n');
    QList<qsizetype> events;
    QList<qsizetype> seals;
    for (qsizetype i = 0; i < lines.size(); ++i) {
        if (lines[i].startsWith(R"({"kind":"event")"))
            events.append(i);
        if (lines[i].contains(R"("kind":"seal")"))
            seals.append(i);
    }
    const qsizetype one = events[3];
    if (attack == "edit")
        lines[one].replace("UserLogout", "UserLoggedOut").replace("AuditSealed", "AuditSealedNot");
    else if (attack == "delete")
        lines.removeAt(one);
    else if (attack == "insert")
        lines.insert(one, lines[one]);
    else if (attack == "swap")
        lines.swapItemsAt(one, one + 1);
    else if (attack == "hide")
        lines[events[5]] = R"({"kind":"digest","position":5,"id":")" + uuidText(makeUuid7(m_trail->now)) + R"(","digest":")" + QByteArray(64, 'a')
            + R"("})";
    else if (attack == "cut")
        lines.erase(lines.begin() + seals[0] + 1, lines.begin() + seals[1] + 1);
    else if (attack == "truncate")
        lines.erase(lines.begin() + seals[2] + 1, lines.end());
    else if (attack == "time")
        lines[seals[1]].replace(R"("time":179)", R"("time":180)");
    else if (attack == "garbage")
        lines[one] = "{\"kind\":";
    else if (attack == "key")
        lines.removeAt(1);
    else
        lines.clear();

    const TrailVerdict verdict = check(lines.join('\n') + '\n');

    QVERIFY2(kindsOf(verdict).startsWith(kinds), verdict.lines().join(u'\n').toUtf8().constData());
}

void TestTrailExport::holdsAKeptHead()
{
    const TrailTrust kept = m_trail->keptHead();
    QVERIFY(check(m_whole, kept).isWhole());
    QVERIFY(check(m_whole, kept).isHeadKept);

    QCOMPARE(kindsOf(check(exported(*m_trail, {.from = 0, .to = 3}), kept)), QByteArray("truncated"));
}

void TestTrailExport::anExportOfAnotherHistoryIsFound()
{
    AuditTrail other; // with the same key
    other.fill();
    other.fill();

    QVERIFY(check(exported(other)).isWhole());
    QVERIFY(kindsOf(check(exported(other), m_trail->keptHead())).startsWith("other_history"));
}

void TestTrailExport::showsWhatIsLeftOfOldDays()
{
    AuditTrail trail;
    trail.fill();
    const quint64 before = trail.head().size;
    trail.now += 24h * 2;
    trail.fill();
    trail.sql("delete from aegis.event where occurred_at < $1", trail.now - 24h);

    const TrailVerdict verdict = check(exported(trail));

    QVERIFY2(verdict.isWhole(), verdict.lines().join(u'\n').toUtf8().constData());
    QVERIFY(verdict.digests >= before);
    QVERIFY(verdict.events > 0);
}

AEGIS_TEST(TestTrailExport)
#include "TestTrailExport.moc"
