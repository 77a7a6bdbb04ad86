#include "server/events/EventPartitionStore.h"
#include "server/jobs/JobRunner.h"
#include "server/jobs/JobService.h"
#include "tests/support/Await.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestJobService : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void listsWhatThereIs();
    void tellsWhoRunsOneNow();
    void pagesThroughTheRuns();
    void refusesPagesThatThereAreNot();
    void asksForOneRun();
    void pausesAndGoesOn();
    void changesTheSchedule();
    void refusesSchedules_data();
    void refusesSchedules();
    void knowsNoOtherJobs();

private:
    Rows sql(Sql text)
    {
        auto rows = m_superuser->write<Rows>(RequestContext::forSystem(m_now), [&](Tx &tx) { return tx.query(text); });
        if (!rows)
            qFatal("%s", inWords(rows.problem()).constData());
        return *std::move(rows);
    }
    QByteArray text(Sql text) { return sql(text).first().get<std::optional<QByteArray>>(0).value_or("null"); }
    QByteArray events() { return text("select string_agg(type, ' ' order by id) from aegis.event where type <> 'JobCompleted'"); }
    JobDto job(const QString &name)
    {
        const auto response = await(m_service->list(asking()));
        if (!response)
            qFatal("%s", inWords(response.problem()).constData());
        for (const JobDto &one : response->jobs) {
            if (one.name == name)
                return one;
        }
        return {};
    }
    /// By somebody, who is in an organization.
    RequestContext asking() const
    {
        RequestContext context = RequestContext::forSystem(m_now);
        context.actor.user = m_person;
        context.tenant.organization = OrganizationId::make(m_now);
        return context;
    }
    void run()
    {
        QVERIFY_RESULT(m_runner->look(*m_session));
        for (;;) {
            const auto ran = m_runner->runNext(*m_session);
            QVERIFY_RESULT(ran);
            if (!*ran)
                return;
        }
    }

    const UserId m_person = UserId::make(systemNow());
    const QUuid m_instance = makeUuid7(systemNow());
    TestDatabase m_database;
    Instant m_now{};
    int m_woken = 0;
    bool m_fails = false;
    std::function<void()> m_during;
    std::unique_ptr<Metrics> m_metrics;
    std::unique_ptr<JobObserver> m_observer;
    std::unique_ptr<JobRunner> m_runner;
    std::unique_ptr<DatabaseSession> m_session, m_superuser;
    std::unique_ptr<Database> m_pool;
    std::unique_ptr<JobService> m_service;
};

void TestJobService::init()
{
    m_database = TestCluster::instance().create();
    m_now = std::chrono::floor<std::chrono::hours>(systemNow()) + 10min;
    m_session = std::make_unique<DatabaseSession>(m_database.serving);
    m_superuser = std::make_unique<DatabaseSession>(m_database.administrator);
    m_pool = std::make_unique<Database>(m_database.options());
    QVERIFY_RESULT(m_session->write<void>(RequestContext::forSystem(m_now), EventPartitionStore::ensure));
    const std::vector<Job> jobs{
        {QLatin1String("b"), QLatin1String("30 * * * *"), QLatin1String("Counts things."),
         [this](const JobContext &) -> Result<JobCounts> {
             if (m_during)
                 m_during();
             if (m_fails)
                 return ProblemCode::DatabaseUnavailable;
             m_now += 1500ms;
             JobCounts counts;
             counts.add("things", 3);
             return counts;
         }},
        {QLatin1String("a"), QLatin1String("@daily"), QLatin1String("Does nothing."),
         [](const JobContext &) { return Result<JobCounts>(JobCounts()); }},
    };
    m_metrics = std::make_unique<Metrics>();
    m_observer = std::make_unique<JobObserver>(*m_metrics, jobs);
    m_runner = std::make_unique<JobRunner>(jobs, JobRunner::Options{.instance = m_instance, .clock = [this] { return m_now; }}, *m_observer);
    m_service = std::make_unique<JobService>(*m_pool);
    m_service->setJobs(jobs, 600s);
    m_woken = 0;
    m_service->onRequested([this] { ++m_woken; });
    m_fails = false;
    m_during = {};
    QVERIFY_RESULT(m_runner->look(*m_session));
}

void TestJobService::cleanup()
{
    m_service.reset();
    m_pool.reset();
    m_runner.reset();
    m_observer.reset();
}

void TestJobService::listsWhatThereIs()
{
    const auto before = await(m_service->list(asking()));
    QVERIFY_RESULT(before);
    QCOMPARE(before->jobs.size(), std::size_t(2));
    QCOMPARE(before->jobs[0].name, QStringLiteral("a"));
    QCOMPARE(before->jobs[0].schedule, QStringLiteral("@daily"));
    QVERIFY(!before->jobs[0].lastRun);
    QCOMPARE(before->jobs[0].nextRunAt, std::optional(m_now)); // at once

    const Instant began = m_now;
    run();

    const JobDto good = job(QStringLiteral("b"));
    QCOMPARE(good.description, QStringLiteral("Counts things."));
    QCOMPARE(good.nextRunAt, std::optional(std::chrono::floor<std::chrono::hours>(m_now) + 30min));
    QVERIFY(good.lastRun);
    QCOMPARE(good.lastRun->outcome, QStringLiteral("succeeded"));
    QCOMPARE(good.lastRun->trigger, QStringLiteral("schedule"));
    QCOMPARE(good.lastRun->instance.uuid(), m_instance);
    QCOMPARE(good.lastRun->durationMs, std::optional(qint64(1500)));
    QCOMPARE(good.lastRun->counts.size(), std::size_t(1));
    QCOMPARE(good.lastRun->counts[0].name, QStringLiteral("things"));
    QCOMPARE(good.lastRun->counts[0].value, qint64(3));
    QCOMPARE(good.lastSuccessAt, std::optional(m_now));
    QVERIFY(!good.runningOn && !good.late && !good.pausedAt && !good.requestedAt && !good.lastRun->error && !good.lastRun->requestedBy);

    m_now = began + 20min + 10min + 1s; // nobody looks any more
    QVERIFY(job(QStringLiteral("b")).late);
    m_fails = true;
    run();
    const JobDto bad = job(QStringLiteral("b"));
    QCOMPARE(bad.lastRun->outcome, QStringLiteral("failed"));
    QCOMPARE(bad.lastRun->error, std::optional(QStringLiteral("database_unavailable")));
    QCOMPARE(bad.nextRunAt, std::optional(m_now + 1min)); // it is tried again
    QCOMPARE(bad.lastSuccessAt, good.lastSuccessAt);
    QVERIFY(!bad.late);
}

void TestJobService::tellsWhoRunsOneNow()
{
    std::optional<InstanceId> on;
    QString outcome;
    m_during = [&] {
        const JobDto running = job(QStringLiteral("b"));
        on = running.runningOn;
        outcome = running.lastRun->outcome;
    };

    run();

    QCOMPARE(on, std::optional(InstanceId(m_instance)));
    QCOMPARE(outcome, QStringLiteral("running"));
}

void TestJobService::pagesThroughTheRuns()
{
    for (int i = 0; i < 5; ++i, m_now += 1h)
        run();
    QByteArrayList seen;
    QByteArray cursor;
    int pages = 0;
    do {
        const auto page = await(m_service->runs(asking(), QStringLiteral("b"), 2, cursor));
        QVERIFY_RESULT(page);
        for (const JobRunDto &one : page->runs)
            seen.append(one.id.text());
        cursor = page->nextCursor.value_or(QString()).toLatin1();
        ++pages;
    } while (!cursor.isEmpty());

    QCOMPARE(pages, 3);
    QCOMPARE(seen.join(' '), text("select string_agg(id::text, ' ' order by id desc) from aegis.job_run where job = 'b'"));
    const auto whole = await(m_service->runs(asking(), QStringLiteral("b"), 5, {}));
    QVERIFY_RESULT(whole);
    QCOMPARE(whole->runs.size(), std::size_t(5));
    QVERIFY(!whole->nextCursor);
}

void TestJobService::refusesPagesThatThereAreNot()
{
    for (const int limit : {0, -1, 201}) {
        const auto page = await(m_service->runs(asking(), QStringLiteral("b"), limit, {}));
        QVERIFY(!page);
        QCOMPARE(page.problem().fields.at(0).field, QStringLiteral("limit"));
    }
    const auto page = await(m_service->runs(asking(), QStringLiteral("b"), 10, "'; drop table job"));
    QVERIFY(!page);
    QCOMPARE(page.problem().fields.at(0).field, QStringLiteral("cursor"));
}

void TestJobService::asksForOneRun()
{
    run();
    m_now += 1min;

    QVERIFY_RESULT(await(m_service->runNow(asking(), QStringLiteral("b"))));
    QVERIFY_RESULT(await(m_service->runNow(asking(), QStringLiteral("b")))); // it is asked for already

    QCOMPARE(m_woken, 2);
    QCOMPARE(events(), QByteArray("JobRequested"));
    QCOMPARE(text("select payload from aegis.event where type = 'JobRequested'"), QByteArray(R"({"job": "b"})"));
    QCOMPARE(text("select actor_id from aegis.event where type = 'JobRequested'"), m_person.text());
    QCOMPARE(text("select tenant_id from aegis.event where type = 'JobRequested'"), QByteArray("00000000-0000-0000-0000-000000000000"));
    QCOMPARE(job(QStringLiteral("b")).requestedAt, std::optional(m_now));
    run();
    const JobDto done = job(QStringLiteral("b"));
    QVERIFY(!done.requestedAt);
    QCOMPARE(done.lastRun->trigger, QStringLiteral("manual"));
    QCOMPARE(done.lastRun->requestedBy, std::optional(m_person));
    QCOMPARE(text("select count(*) from aegis.job_run where job = 'b'"), QByteArray("2"));
}

void TestJobService::pausesAndGoesOn()
{
    run();
    const auto pause = [&](bool isPaused) { return await(m_service->pause(asking(), QStringLiteral("b"), isPaused)); };
    QVERIFY_RESULT(pause(false)); // it is not paused
    QVERIFY_RESULT(pause(true));
    QVERIFY_RESULT(pause(true));
    QCOMPARE(job(QStringLiteral("b")).pausedAt, std::optional(m_now));
    QVERIFY(!job(QStringLiteral("b")).nextRunAt);
    m_now += 3h;
    run();
    QCOMPARE(text("select count(*) from aegis.job_run where job = 'b'"), QByteArray("1"));
    QVERIFY(!job(QStringLiteral("b")).late);

    QVERIFY_RESULT(pause(false));
    run(); // waits for its next time
    QCOMPARE(text("select count(*) from aegis.job_run where job = 'b'"), QByteArray("1"));
    m_now += 1h;
    run();
    QCOMPARE(text("select count(*) from aegis.job_run where job = 'b'"), QByteArray("2"));
    QCOMPARE(events(), QByteArray("JobPaused JobResumed"));
}

void TestJobService::changesTheSchedule()
{
    run();
    const auto set = [&](const char *text) { return await(m_service->setSchedule(asking(), QStringLiteral("b"), QString::fromLatin1(text))); };
    QVERIFY_RESULT(set("30 * * * *")); // it has that
    QVERIFY_RESULT(set(" */5  * * * * "));
    QCOMPARE(job(QStringLiteral("b")).schedule, QStringLiteral("*/5 * * * *"));
    QCOMPARE(job(QStringLiteral("b")).defaultSchedule, QStringLiteral("30 * * * *"));
    m_now += 5min;
    run();
    QCOMPARE(text("select count(*) from aegis.job_run where job = 'b'"), QByteArray("2"));
    QCOMPARE(text("select payload from aegis.event where type = 'JobScheduleChanged'"),
             QByteArray(R"({"job": "b", "after": "*/5 * * * *", "before": "30 * * * *"})"));

    QVERIFY_RESULT(set("30 * * * *"));
    QCOMPARE(text("select schedule from aegis.job where name = 'b'"), QByteArray("null")); // the program's
    QCOMPARE(events(), QByteArray("JobScheduleChanged JobScheduleChanged"));
}

void TestJobService::refusesSchedules_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("no expression") << QStringLiteral("soon") << QStringLiteral("it has 1 fields");
    QTest::newRow("one field wrong") << QStringLiteral("0 25 * * *") << QStringLiteral("hour: ");
    QTest::newRow("never") << QStringLiteral("0 0 30 2 *") << QStringLiteral("day of the month: ");
}

void TestJobService::refusesSchedules()
{
    QFETCH(const QString, text);
    QFETCH(const QString, says);

    const auto set = await(m_service->setSchedule(asking(), QStringLiteral("b"), text));

    QVERIFY(!set);
    QCOMPARE(set.problem().status(), 422);
    QCOMPARE(set.problem().fields.size(), std::size_t(1));
    QCOMPARE(set.problem().fields[0].field, QStringLiteral("schedule"));
    QVERIFY2(set.problem().fields[0].message.startsWith(says), qPrintable(set.problem().fields[0].message));
    QCOMPARE(job(QStringLiteral("b")).schedule, QStringLiteral("30 * * * *"));
    QCOMPARE(events(), QByteArray("null"));
}

void TestJobService::knowsNoOtherJobs()
{
    const QString other = QStringLiteral("rm -rf");
    QCOMPARE(await(m_service->runs(asking(), other, 10, {})).problem().code, ProblemCode::NotFound);
    QCOMPARE(await(m_service->runNow(asking(), other)).problem().code, ProblemCode::NotFound);
    QCOMPARE(await(m_service->pause(asking(), other, true)).problem().code, ProblemCode::NotFound);
    QCOMPARE(await(m_service->setSchedule(asking(), other, QStringLiteral("@daily"))).problem().code, ProblemCode::NotFound);
    QCOMPARE(m_woken, 0);
    QCOMPARE(events(), QByteArray("null"));
}

AEGIS_TEST(TestJobService)
#include "TestJobService.moc"
