#include "server/auth/MailRequestJob.h"
#include "server/log/Log.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// What becomes of a request that cannot be read: another instance, or this one a little later, may have the key.
class TestMailRequestJob : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void anUnreadableRequestWaits();
    void itWaitsForAnHour();
    void theOthersGoOn();

private:
    template <class T, class... Args> T value(Sql text, const Args &...args)
    {
        auto rows = m_superuser->write<Rows>(RequestContext::forSystem(m_now), [&](Tx &tx) { return tx.query(text, args...); });
        if (!rows)
            qFatal("%s", inWords(rows.problem()).constData());
        return rows->first().template get<T>(0);
    }
    qint64 requests() { return value<qint64>("select count(*) from aegis.mail_request"); }
    qint64 mails() { return value<qint64>("select count(*) from aegis.mail_outbox"); }
    std::unique_ptr<MailRequestJob> jobWith(const Sealing &sealing)
    {
        return std::make_unique<MailRequestJob>(DatabaseSession(m_database.serving), sealing, m_mails,
                                                MailRequestJob::Options{.most = 5, .verifies = false, .clock = [this] { return m_now; }});
    }
    /// As MailRequestService does.
    void ask(const Sealing &sealing)
    {
        const MailRequestId id = MailRequestId::make(m_now);
        const MailRequest request{.email = *EmailAddress::parse(u"ada@example.com"), .client = {}, .correlationId = CorrelationId::make(m_now)};
        const auto sealed = request.sealed(sealing, id);
        QVERIFY_RESULT(sealed);
        value<bool>("insert into aegis.mail_request (id, kind, sealed, created_at, next_attempt_at) "
                    "values ($1, 'password_reset', $2, $3, $3) returning true",
                    id, Bytes{*sealed}, m_now);
    }

    Instant m_now = systemNow();
    const Sealing m_old = Sealing::make({{1, Secret(QByteArray(32, 'o'))}}).value();
    const Sealing m_new = Sealing::make({{1, Secret(QByteArray(32, 'n'))}}).value();
    const MailOutbox m_outbox{m_old, 24h};
    const AccountMails m_mails{m_outbox, {.linkBase = QStringLiteral("https://app.example.com")}};
    TestDatabase m_database;
    std::unique_ptr<DatabaseSession> m_superuser;
};

void TestMailRequestJob::init()
{
    log::configure({.level = LogLevel::Error});
    m_now = systemNow();
    m_database = TestCluster::instance().create();
    m_superuser = std::make_unique<DatabaseSession>(m_database.administrator);
    value<bool>("insert into aegis.\"user\" (id, email, password_hash, status, password_changed_at, created_at, updated_at) "
                "values (gen_random_uuid(), 'ada@example.com', 'x', 'active', $1, $1, $1) returning true",
                m_now);
}

void TestMailRequestJob::anUnreadableRequestWaits()
{
    ask(m_new);

    QVERIFY_RESULT(jobWith(m_old)->step());
    QCOMPARE(requests(), qint64(1));
    QCOMPARE(mails(), qint64(0));
    QVERIFY_RESULT(jobWith(m_new)->step()); // it has its own time, or one that cannot read it would be asked all the time
    QCOMPARE(requests(), qint64(1));
    m_now += 30s;
    QVERIFY_RESULT(jobWith(m_new)->step());

    QCOMPARE(requests(), qint64(0));
    QCOMPARE(mails(), qint64(1));
}

void TestMailRequestJob::itWaitsForAnHour()
{
    ask(m_new);
    const auto job = jobWith(m_old);

    for (int minutes = 0; minutes < 60; ++minutes) {
        QVERIFY_RESULT(job->step());
        QCOMPARE(requests(), qint64(1));
        m_now += 1min;
    }
    m_now += 1s;
    QVERIFY_RESULT(job->step());

    QCOMPARE(requests(), qint64(0)); // who asked has asked again
    QCOMPARE(mails(), qint64(0));
}

void TestMailRequestJob::theOthersGoOn()
{
    ask(m_new);
    m_now += 1s;
    ask(m_old);

    QVERIFY_RESULT(jobWith(m_old)->step());

    QCOMPARE(requests(), qint64(1));
    QCOMPARE(mails(), qint64(1));
}

AEGIS_TEST(TestMailRequestJob)
#include "TestMailRequestJob.moc"
