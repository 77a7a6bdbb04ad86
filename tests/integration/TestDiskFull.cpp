#include "server/health/HealthStore.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// A disk that takes nothing more, as PostgreSQL tells of it.
class TestDiskFull : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { fillDisk(false); }
    void isToldAsADatabaseThatIsAway_data();
    void isToldAsADatabaseThatIsAway();
    void makesTheServerUnreadyUntilItCanWrite();
    void isCountedOnceATransaction();
    void isTriedWithoutLeavingAnything();
    void isTriedOnTheDisk();

private:
    /// From now on every write of an account fails, with the state as PostgreSQL's own.
    void fillDisk(bool full, const char *state = "53100")
    {
        m_server.sql("drop trigger if exists disk_is_full on aegis.\"user\"");
        if (!full)
            return;
        m_server.sql(Sql::composed(QByteArray("create or replace function public.disk_is_full() returns trigger language plpgsql as $$ begin "
                                              "raise exception using errcode = '")
                                   + state + "', message = 'could not extend file \"base/5/16384\": No space left on device'; end $$"));
        m_server.sql("create trigger disk_is_full before insert or update on aegis.\"user\" execute function public.disk_is_full()");
    }
    static QByteArray diskCheck(const TestReply &ready)
    {
        for (const QJsonValue check : ready.json().value(QLatin1String("checks")).toArray()) {
            if (check[QLatin1String("name")] == QLatin1String("databaseDisk"))
                return check[QLatin1String("status")].toString().toUtf8();
        }
        return {};
    }
    double failures() const
    {
        const QByteArray text = m_server.client().get("/metrics").body;
        const QByteArray name = "\naegis_database_disk_failures_total ";
        const qsizetype at = text.indexOf(name);
        return at < 0 ? -1 : text.mid(at + name.size(), text.indexOf('\n', at + 1) - at - name.size()).toDouble();
    }

    TestServer m_server;
};

void TestDiskFull::isToldAsADatabaseThatIsAway_data()
{
    QTest::addColumn<QByteArray>("state");
    QTest::newRow("full") << QByteArray("53100");
    QTest::newRow("broken") << QByteArray("58030");
}

void TestDiskFull::isToldAsADatabaseThatIsAway()
{
    QFETCH(const QByteArray, state);
    const QByteArray before = m_server.rowCounts();
    fillDisk(true, state.constData());

    const TestReply reply = m_server.client().post("/auth/signup", m_server.signupRequest());

    QVERIFY_REPLY(reply, 503, "database_unavailable");
    QCOMPARE(reply.field("Retry-After"), QByteArray("30"));
    QVERIFY2(!reply.body.contains("base/5"), reply.described().constData());
    QCOMPARE(m_server.rowCounts(), before);
}

void TestDiskFull::makesTheServerUnreadyUntilItCanWrite()
{
    m_server.advance(30s); // whatever failed before is tried again; no more, or the clock would be another one than the database's
    QCOMPARE(m_server.client().get("/health/ready").status, 200);
    fillDisk(true);
    m_server.client().post("/auth/signup", m_server.signupRequest());

    const TestReply failing = m_server.client().get("/health/ready");
    QCOMPARE(failing.status, 503);
    QCOMPARE(diskCheck(failing), QByteArray("failed"));
    QCOMPARE(m_server.client().get("/health/live").status, 200);

    fillDisk(false);
    QCOMPARE(m_server.client().get("/health/ready").status, 503); // not before it was tried
    m_server.advance(30s);
    const TestReply well = m_server.client().get("/health/ready");
    QCOMPARE(well.status, 200);
    QCOMPARE(diskCheck(well), QByteArray("ok"));
    m_server.signUp();
    QCOMPARE(m_server.client().get("/health/ready").status, 200);
}

void TestDiskFull::isCountedOnceATransaction()
{
    const double before = failures();
    QVERIFY(before >= 0);
    fillDisk(true);

    m_server.client().post("/auth/signup", m_server.signupRequest());
    m_server.client().post("/auth/signup", m_server.signupRequest());

    QCOMPARE(failures(), before + 2);
}

void TestDiskFull::isTriedWithoutLeavingAnything()
{
    const QByteArray before = m_server.rowCounts();
    DatabaseSession session(m_server.database().serving);

    QVERIFY_RESULT(session.read<void>(RequestContext::forSystem(m_server.now()), HealthStore::tryDisk));

    QCOMPARE(m_server.rowCounts(), before);
    QCOMPARE(session
                 .read<QString>(RequestContext::forSystem(m_server.now()),
                                [](Tx &tx) -> Result<QString> {
                                    TRY(const Rows rows, tx.query("select current_setting('work_mem')"));
                                    return rows.first().get<QString>(0);
                                })
                 .value(),
             m_server.value<QString>("select current_setting('work_mem')"));
}

void TestDiskFull::isTriedOnTheDisk()
{
    // A limit on temporary files is refused where a full disk would be.
    const QByteArray role = m_server.value<QString>("select 'aegis_app'").toUtf8();
    m_server.sql(Sql::composed("alter role " + role + " set temp_file_limit = '100kB'"));
    DatabaseSession session(m_server.database().serving);

    const auto tried = session.read<void>(RequestContext::forSystem(m_server.now()), HealthStore::tryDisk);
    m_server.sql(Sql::composed("alter role " + role + " reset temp_file_limit"));

    QVERIFY(!tried.ok());
    QVERIFY2(tried.problem().internal.contains(QStringLiteral("53400")), qPrintable(tried.problem().internal)); // configuration_limit_exceeded
}

AEGIS_TEST(TestDiskFull)
#include "TestDiskFull.moc"
