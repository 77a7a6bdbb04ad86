#include "server/jobs/Housekeeping.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestHousekeeping : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void makesThePartitionsOfTheComingWeek();
    void removesAnswersThatHaveExpired();
    void removesRevocationsThatHaveExpired();
    void removesMailedTokensThatHaveEnded();
    void keepsThePartitionsWhenSomethingFailsLater();

private:
    /// One statement as the superuser.
    template <class... Args> Rows sql(Sql text, const Args &...args)
    {
        auto rows = m_superuser->write<Rows>(RequestContext::forSystem(m_now), [&](Tx &tx) { return tx.query(text, args...); });
        if (!rows)
            qFatal("%s", inWords(rows.problem()).constData());
        return *std::move(rows);
    }
    template <class... Args> qint64 count(Sql text, const Args &...args) { return sql(text, args...).first().template get<qint64>(0); }
    /// How many of the eight days from then on have a partition.
    qint64 partitionsFrom(Instant then)
    {
        return count("select count(*) from generate_series(0, 7) as day "
                     "where to_regclass('aegis.event_' || to_char(($1::timestamptz at time zone 'UTC')::date + day, 'YYYYMMDD')) is not null",
                     then);
    }

    const Instant m_now = systemNow();
    std::unique_ptr<DatabaseSession> m_session;
    std::unique_ptr<DatabaseSession> m_superuser;
};

void TestHousekeeping::init()
{
    const TestDatabase database = TestCluster::instance().create();
    m_session = std::make_unique<DatabaseSession>(database.serving);
    m_superuser = std::make_unique<DatabaseSession>(database.administrator);
}

void TestHousekeeping::makesThePartitionsOfTheComingWeek()
{
    const Instant later = m_now + 24h * 40;
    QCOMPARE(partitionsFrom(later), qint64(0));

    QVERIFY_RESULT(keepHouse(*m_session, later));
    QCOMPARE(partitionsFrom(later), qint64(8));
    QVERIFY_RESULT(keepHouse(*m_session, later + 24h)); // seven of them are there
    QCOMPARE(partitionsFrom(later + 24h), qint64(8));
}

void TestHousekeeping::removesAnswersThatHaveExpired()
{
    // More than one small transaction removes.
    sql("insert into aegis.idempotency_key "
        "select case when n % 2 = 0 then gen_random_uuid() else '00000000-0000-0000-0000-000000000000' end, 'signup', sha256(n::text::bytea), "
        "sha256(''), '', $1::timestamptz - interval '2 days', "
        "       $1::timestamptz - interval '1 second' * (n - 3) "
        "from generate_series(1, 10010) as n",
        m_now); // two of them live on

    QVERIFY_RESULT(keepHouse(*m_session, m_now));

    QCOMPARE(count("select count(*) from aegis.idempotency_key where expires_at <= $1", m_now), qint64(0));
    QCOMPARE(count("select count(*) from aegis.idempotency_key"), qint64(2));
}

void TestHousekeeping::removesRevocationsThatHaveExpired()
{
    sql("insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) "
        "select gen_random_uuid(), (array['session', 'token', 'user', 'organization'])[n % 4 + 1], gen_random_uuid(), $1, "
        "       $1::timestamptz - interval '1 second' * (n - 3) "
        "from generate_series(1, 10010) as n",
        m_now); // two of them live on

    QVERIFY_RESULT(keepHouse(*m_session, m_now));

    QCOMPARE(count("select count(*) from aegis.revocation where expires_at <= $1", m_now), qint64(0));
    QCOMPARE(count("select count(*) from aegis.revocation"), qint64(2));
}

void TestHousekeeping::removesMailedTokensThatHaveEnded()
{
    sql("with someone as (insert into aegis.\"user\" (id, email, status, password_changed_at, created_at, updated_at) "
        "                 values (gen_random_uuid(), 'ada@example.com', 'active', $1, $1, $1) returning id) "
        "insert into aegis.email_token (user_id, token_hash, kind, email, created_at, expires_at) "
        "select id, sha256(n::text::bytea), 'password_reset', 'ada@example.com', $1::timestamptz - interval '1 day', "
        "       $1::timestamptz - interval '1 hour' - interval '1 second' * (n - 3) "
        "from someone, generate_series(1, 10010) as n",
        m_now); // two of them have ended within the hour, and are counted still

    QVERIFY_RESULT(keepHouse(*m_session, m_now));

    QCOMPARE(count("select count(*) from aegis.email_token"), qint64(2));
}

void TestHousekeeping::keepsThePartitionsWhenSomethingFailsLater()
{
    sql("revoke delete on aegis.idempotency_key from aegis_app");
    const Instant later = m_now + 24h * 40;

    const auto kept = keepHouse(*m_session, later);

    QVERIFY(!kept);
    QCOMPARE(partitionsFrom(later), qint64(8));
}

AEGIS_TEST(TestHousekeeping)
#include "TestHousekeeping.moc"
