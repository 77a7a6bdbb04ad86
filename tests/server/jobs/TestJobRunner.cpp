#include "server/events/EventPartitionStore.h"
#include "server/jobs/JobThreads.h"
#include "tests/support/TestCluster.h"
#include "tests/support/TestMain.h"

#include <future>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// A clock that the test moves, for any thread.
class MovedClock {
public:
    Instant now() const { return Instant(std::chrono::microseconds(m_time.load())); }
    void operator=(Instant time) { m_time = time.time_since_epoch().count(); }
    void operator+=(std::chrono::microseconds time) { m_time += time.count(); }

private:
    std::atomic<qint64> m_time{0};
};

/// Jobs on a real database, with a clock that the test moves.
class TestJobRunner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void isDueAtOnceAndThenByItsSchedule();
    void twoRunnersRunAJobOnce();
    void aKilledHoldersRunIsAbandonedAndDoneAgain();
    void whoLostTheLeaseWritesNothing();
    void aRunThatLivesKeepsItsLease();
    void aJobThatFailsIsToldAndTheOthersGoOn();
    void isTriedAgainAfterAFailure();
    void jobsThatHangStopNoneButThemselves();
    void aPausedJobIsNotRun();
    void runNowIsRunOnce();
    void followsTheScheduleOfItsRow();
    void lateIsNoticedAndToldOnce();
    void aServerThatStopsLeavesItsRunToOthers();
    void onlyRunsThatChangedSomethingLeaveAnEvent();
    void historyKeepsTheLastOnes();

private:
    Instant now() const { return m_now.now(); }
    template <class... Args> Rows sql(Sql text, const Args &...args)
    {
        auto rows = m_superuser->write<Rows>(RequestContext::forSystem(now()), [&](Tx &tx) { return tx.query(text, args...); });
        if (!rows)
            qFatal("%s", inWords(rows.problem()).constData());
        return *std::move(rows);
    }
    QByteArray text(Sql text) { return sql(text).first().get<std::optional<QByteArray>>(0).value_or("null"); }
    /// Outcomes of all runs, in their order.
    QByteArray outcomes() { return text("select string_agg(job || ' ' || outcome, ', ' order by id) from aegis.job_run"); }
    QByteArray events() { return text("select string_agg(type, ' ' order by id) from aegis.event"); }

    static Job jobOf(const char *name, std::function<Result<JobCounts>(const JobContext &)> run, const char *schedule = "0 * * * *")
    {
        return {.name = QLatin1String(name), .schedule = QLatin1String(schedule), .description = QLatin1String("A job."), .run = std::move(run)};
    }
    Job counting(const char *name)
    {
        return jobOf(name, [this](const JobContext &) -> Result<JobCounts> {
            ++m_runs;
            JobCounts counts;
            counts.add("things", 1);
            return counts;
        });
    }
    static Job failing(const char *name)
    {
        return jobOf(name, [](const JobContext &) -> Result<JobCounts> {
            return Problem(ProblemCode::DatabaseUnavailable).withInternal(QStringLiteral("inside"));
        });
    }

    /// A server's part of it.
    struct Server {
        Server(TestJobRunner &test, std::vector<Job> jobs, std::chrono::seconds lease = 60s) :
            observer(metrics, jobs,
                     [this](const JobTrouble &trouble) {
                         const std::lock_guard lock(mutex);
                         troubles.append(QByteArray(trouble.kind == JobTrouble::Kind::Late         ? "late "
                                                        : trouble.kind == JobTrouble::Kind::Failed ? "failed "
                                                                                                   : "abandoned ")
                                         + trouble.job.toLatin1());
                     }),
            runner(std::move(jobs), {.instance = makeUuid7(test.now()), .clock = [&test] { return test.now(); }, .lateAfter = 600s, .lease = lease},
                   observer),
            session(test.m_database.serving)
        {
        }
        /// Runs all that is due; how many.
        int run()
        {
            int runs = 0;
            if (const auto looked = runner.look(session); !looked)
                qFatal("%s", inWords(looked.problem()).constData());
            for (;;) {
                const auto ran = runner.runNext(session);
                if (!ran)
                    qFatal("%s", inWords(ran.problem()).constData());
                if (!*ran)
                    return runs;
                ++runs;
            }
        }
        bool measures(const char *line) const { return metrics.render().contains(line); }

        Metrics metrics;
        std::mutex mutex;
        QByteArrayList troubles;
        JobObserver observer;
        JobRunner runner;
        DatabaseSession session;
    };

    TestDatabase m_database;
    MovedClock m_now;
    std::unique_ptr<DatabaseSession> m_superuser;
    std::atomic<int> m_runs{0};
};

void TestJobRunner::init()
{
    m_database = TestCluster::instance().create();
    m_now = std::chrono::floor<std::chrono::hours>(systemNow()) + 10min;
    m_superuser = std::make_unique<DatabaseSession>(m_database.administrator);
    m_runs = 0;
    QVERIFY_RESULT(DatabaseSession(m_database.serving).write<void>(RequestContext::forSystem(now()), EventPartitionStore::ensure));
}

void TestJobRunner::isDueAtOnceAndThenByItsSchedule()
{
    Server server(*this, {counting("a")});

    QCOMPARE(server.run(), 1);
    QCOMPARE(server.run(), 0);
    m_now += 49min;
    QCOMPARE(server.run(), 0);
    m_now += 1min;
    QCOMPARE(server.run(), 1);
    m_now += 5h; // what was missed is not made up for
    QCOMPARE(server.run(), 1);

    QCOMPARE(outcomes(), QByteArray("a succeeded, a succeeded, a succeeded"));
    QVERIFY(server.measures("aegis_job_runs_total{job=\"a\",outcome=\"succeeded\"} 3"));
    QVERIFY(server.measures("aegis_job_duration_seconds_count{job=\"a\"} 3"));
    QCOMPARE(server.troubles, QByteArrayList{"late a"}); // nobody had looked for those hours
}

void TestJobRunner::twoRunnersRunAJobOnce()
{
    const std::vector<Job> jobs{counting("a"), counting("b"), counting("c")};
    Server one(*this, jobs), other(*this, jobs);
    for (int round = 1; round <= 10; ++round) {
        std::atomic<int> ran = 0;
        std::thread first([&] { ran += one.run(); });
        std::thread second([&] { ran += other.run(); });
        first.join();
        second.join();

        QCOMPARE(ran.load(), 3);
        QCOMPARE(m_runs.load(), 3 * round);
        m_now += 1h;
    }
    QCOMPARE(text("select count(*) from aegis.job_run where outcome = 'succeeded'"), QByteArray("30"));
}

void TestJobRunner::aKilledHoldersRunIsAbandonedAndDoneAgain()
{
    Server server(*this, {counting("a")});
    QCOMPARE(server.run(), 1);
    m_now += 1h;
    const JobRunId last(sql("select id from aegis.job_run").first().get<QUuid>(0));
    {
        DatabaseSession killed(m_database.serving);
        const JobStore::Beginning beginning{.run = JobRunId::make(now()),
                                            .job = QStringLiteral("a"),
                                            .instance = makeUuid7(now()),
                                            .trigger = QStringLiteral("schedule"),
                                            .last = last,
                                            .heldUntil = now() + 60s};
        using Begun = std::optional<JobStore::Begun>;
        const auto begun = killed.write<Begun>(RequestContext::forSystem(now()), [&](Tx &tx) { return JobStore::begin(tx, beginning); });
        QVERIFY_RESULT(begun);
        QVERIFY(begun->has_value());
    }

    m_now += 59s;
    QCOMPARE(server.run(), 0);
    m_now += 1s;
    QCOMPARE(server.run(), 1);

    QCOMPARE(outcomes(), QByteArray("a succeeded, a abandoned, a succeeded"));
    QCOMPARE(events(), QByteArray("JobCompleted JobFailed JobCompleted"));
    QCOMPARE(text("select payload ->> 'reason' from aegis.event where type = 'JobFailed'"), QByteArray("abandoned"));
    QCOMPARE(server.troubles, QByteArrayList{"abandoned a"});
    QVERIFY(server.measures("aegis_job_runs_total{job=\"a\",outcome=\"abandoned\"} 1"));
    QCOMPARE(server.run(), 0);
}

void TestJobRunner::whoLostTheLeaseWritesNothing()
{
    Server other(*this, {counting("a")});
    std::optional<ProblemCode> told;
    Server slow(*this,
                {jobOf("a",
                       [&](const JobContext &context) -> Result<JobCounts> {
                           m_now += 5min; // it stood still meanwhile
                           other.run();
                           const auto goOn = context.goOn();
                           told = goOn ? std::nullopt : std::optional(goOn.problem().code);
                           CHECK(context.goOn());
                           return JobCounts();
                       })},
                1s);

    QCOMPARE(slow.run(), 1);

    QCOMPARE(told, std::optional(ProblemCode::Conflict));
    QCOMPARE(outcomes(), QByteArray("a abandoned, a succeeded"));
    QCOMPARE(m_runs.load(), 1);
    QCOMPARE(slow.troubles, QByteArrayList());
    QVERIFY(slow.measures("aegis_job_runs_total{job=\"a\",outcome=\"failed\"} 0"));
    // Even one that never asked whether it may go on.
    Server deaf(*this, {jobOf("a", [&](const JobContext &) -> Result<JobCounts> {
        m_now += 5min;
        other.run();
        return JobCounts();
    })});
    m_now += 1h;
    QCOMPARE(deaf.run(), 1);
    QCOMPARE(outcomes(), QByteArray("a abandoned, a succeeded, a abandoned, a succeeded"));
}

void TestJobRunner::aRunThatLivesKeepsItsLease()
{
    Server other(*this, {counting("a")});
    Server slow(*this,
                {jobOf("a",
                       [&](const JobContext &context) -> Result<JobCounts> {
                           for (int step = 0; step < 5; ++step) {
                               m_now += 900ms;
                               CHECK(context.goOn());
                               if (other.run() > 0)
                                   return ProblemCode::Conflict;
                           }
                           return JobCounts();
                       })},
                1s);

    QCOMPARE(slow.run(), 1);

    QCOMPARE(outcomes(), QByteArray("a succeeded"));
}

void TestJobRunner::aJobThatFailsIsToldAndTheOthersGoOn()
{
    Server server(*this,
                  {failing("a"), jobOf("b", [](const JobContext &) -> Result<JobCounts> { throw std::runtime_error("a bug"); }), counting("c")});

    QCOMPARE(server.run(), 3);

    QCOMPARE(m_runs.load(), 1);
    QCOMPARE(outcomes(), QByteArray("a failed, b failed, c succeeded"));
    QCOMPARE(server.troubles, (QByteArrayList{"failed a", "failed b"}));
    QCOMPARE(text("select string_agg(error, ', ' order by id) from aegis.job_run"), QByteArray("database_unavailable, internal"));
    QCOMPARE(events(), QByteArray("JobFailed JobFailed JobCompleted"));
    QVERIFY(server.measures("aegis_job_runs_total{job=\"a\",outcome=\"failed\"} 1"));
    QVERIFY(server.measures("aegis_job_last_success_seconds{job=\"a\"} 0"));
}

void TestJobRunner::isTriedAgainAfterAFailure()
{
    Server server(*this, {failing("a")});
    QCOMPARE(server.run(), 1);
    m_now += 59s;
    QCOMPARE(server.run(), 0);
    m_now += 1s;
    QCOMPARE(server.run(), 1);
    m_now += 119s;
    QCOMPARE(server.run(), 0);
    m_now += 1s;
    QCOMPARE(server.run(), 1);
    m_now += 240s;
    QCOMPARE(server.run(), 1);
    for (int hour = 0; hour < 10; ++hour) { // at the latest by its schedule
        m_now = std::chrono::floor<std::chrono::hours>(now()) + 1h;
        QCOMPARE(server.run(), 1);
    }
}

void TestJobRunner::jobsThatHangStopNoneButThemselves()
{
    std::promise<void> over;
    const std::shared_future<void> end = over.get_future().share();
    const auto hanging = [&](const char *name) {
        return jobOf(name, [end](const JobContext &) -> Result<JobCounts> {
            end.wait();
            return JobCounts();
        });
    };
    Server server(*this, {hanging("a"), hanging("b"), hanging("c"), counting("d")}, 1s);
    Database database(m_database.options());
    {
        JobThreads threads(database, server.runner, 20ms);
        threads.start();
        QTRY_COMPARE_WITH_TIMEOUT(m_runs.load(), 1, 20'000);
        QCOMPARE(text("select outcome from aegis.job_run where job = 'd'"), QByteArray("succeeded"));
        m_now += 20min; // who looks goes on looking, and finds that nobody runs them any more
        QTRY_VERIFY_WITH_TIMEOUT(server.measures("aegis_job_late{job=\"a\"} 1"), 20'000);
        over.set_value();
    }
    QCOMPARE(text("select count(*) from aegis.job_run where outcome = 'succeeded'"), QByteArray("4"));
}

void TestJobRunner::aPausedJobIsNotRun()
{
    Server server(*this, {counting("a"), counting("b")});
    QVERIFY_RESULT(server.runner.look(server.session));
    sql("update aegis.job set paused_at = $1 where name = 'a'", now());

    QCOMPARE(server.run(), 1);
    m_now += 5h;
    QCOMPARE(server.run(), 1);
    QVERIFY(server.measures("aegis_job_late{job=\"a\"} 0"));
    QCOMPARE(outcomes(), QByteArray("b succeeded, b succeeded"));

    sql("update aegis.job set requested_at = $1 where name = 'a'", now()); // by hand it is run
    QCOMPARE(server.run(), 1);
    QCOMPARE(server.run(), 0);
    QCOMPARE(outcomes(), QByteArray("b succeeded, b succeeded, a succeeded"));
}

void TestJobRunner::runNowIsRunOnce()
{
    const std::vector<Job> jobs{jobOf("a", [this](const JobContext &) -> Result<JobCounts> {
        ++m_runs;
        return JobCounts();
    })};
    Server one(*this, jobs), other(*this, jobs);
    QCOMPARE(one.run(), 1);
    const QUuid person = makeUuid7(now());
    m_now += 1min;
    sql("update aegis.job set requested_at = $1, requested_by = $2", now(), person);
    std::thread first([&] { one.run(); });
    std::thread second([&] { other.run(); });
    first.join();
    second.join();

    QCOMPARE(m_runs.load(), 2);
    QCOMPARE(text("select trigger || ' ' || outcome from aegis.job_run order by id desc limit 1"), QByteArray("manual succeeded"));
    QCOMPARE(text("select requested_at::text from aegis.job"), QByteArray("null"));
    QCOMPARE(sql("select actor_id from aegis.event where type = 'JobCompleted'").first().get<QUuid>(0), person); // though it changed nothing
    QCOMPARE(one.run() + other.run(), 0);
}

void TestJobRunner::followsTheScheduleOfItsRow()
{
    Server server(*this, {counting("a")});
    QCOMPARE(server.run(), 1);
    sql("update aegis.job set schedule = '*/5 * * * *', updated_at = $1", now());
    m_now += 5min;
    QCOMPARE(server.run(), 1);
    sql("update aegis.job set schedule = 'garbage'"); // by hand: the program's own counts
    m_now += 6min;
    QCOMPARE(server.run(), 0);
    m_now += 1h;
    QCOMPARE(server.run(), 1);
}

void TestJobRunner::lateIsNoticedAndToldOnce()
{
    Server server(*this, {counting("a")}), other(*this, {counting("a")});
    QCOMPARE(server.run(), 1);
    m_now = std::chrono::floor<std::chrono::hours>(now()) + 1h + 10min;
    QVERIFY_RESULT(server.runner.look(server.session));
    QVERIFY(server.measures("aegis_job_late{job=\"a\"} 0"));

    m_now += 1s;
    for (Server *one : {&server, &other, &server})
        QVERIFY_RESULT(one->runner.look(one->session));

    QVERIFY(server.measures("aegis_job_late{job=\"a\"} 1"));
    QVERIFY(other.measures("aegis_job_late{job=\"a\"} 1"));
    QCOMPARE(server.troubles + other.troubles, QByteArrayList{"late a"});
    // A server that has just started could not have begun it sooner.
    Server fresh(*this, {counting("a")});
    QVERIFY_RESULT(fresh.runner.look(fresh.session));
    QVERIFY(fresh.measures("aegis_job_late{job=\"a\"} 0"));
    QCOMPARE(server.run(), 1);
    QVERIFY_RESULT(server.runner.look(server.session));
    QVERIFY(server.measures("aegis_job_late{job=\"a\"} 0"));
    QVERIFY(server.measures(("aegis_job_last_success_seconds{job=\"a\"} " + QByteArray::number(toUnixSeconds(now()))).constData()));
}

void TestJobRunner::aServerThatStopsLeavesItsRunToOthers()
{
    JobRunner *stopping = nullptr;
    Server server(*this, {jobOf("a", [&](const JobContext &context) -> Result<JobCounts> {
        CHECK(context.goOn());
        stopping->stop();
        CHECK(context.goOn());
        return JobCounts();
    })});
    stopping = &server.runner;
    Server other(*this, {counting("a")});
    QVERIFY_RESULT(server.runner.look(server.session));
    sql("update aegis.job set requested_at = $1", now());

    QCOMPARE(server.run(), 1);
    QCOMPARE(outcomes(), QByteArray("a abandoned"));
    QCOMPARE(events(), QByteArray("null"));
    QCOMPARE(other.run(), 1);

    QCOMPARE(text("select string_agg(trigger || ' ' || outcome, ', ' order by id) from aegis.job_run"),
             QByteArray("manual abandoned, manual succeeded"));
    QCOMPARE(server.troubles + other.troubles, QByteArrayList());
}

void TestJobRunner::onlyRunsThatChangedSomethingLeaveAnEvent()
{
    int things = 0;
    Server server(*this, {jobOf("a", [&](const JobContext &) -> Result<JobCounts> {
        JobCounts counts;
        counts.add("things", things);
        counts.note("seen", 7);
        return counts;
    })});
    QCOMPARE(server.run(), 1);
    QCOMPARE(events(), QByteArray("null"));
    things = 3;
    m_now += 1h;
    QCOMPARE(server.run(), 1);
    QCOMPARE(text("select payload -> 'counts' from aegis.event where type = 'JobCompleted'"), QByteArray(R"({"seen": 7, "things": 3})"));
    QCOMPARE(text("select string_agg(counts::text, ' ' order by id) from aegis.job_run"),
             QByteArray(R"({"seen": 7, "things": 0} {"seen": 7, "things": 3})"));
}

void TestJobRunner::historyKeepsTheLastOnes()
{
    Server server(*this, {counting("a")}), broken(*this, {failing("a")});
    for (int i = 0; i < 3; ++i, m_now += 1h)
        QCOMPARE(server.run(), 1);
    for (int i = 0; i < 3; ++i, m_now += 1h)
        QCOMPARE(broken.run(), 1);
    const auto remove = [&](Instant before, int most) {
        return server.session.write<qint64>(RequestContext::forSystem(now()), [&](Tx &tx) { return JobStore::removeOld(tx, before, most); });
    };

    QCOMPARE(*remove(now() - 24h, 1000), qint64(0));
    QCOMPARE(*remove(now(), 1), qint64(1));
    QCOMPARE(*remove(now(), 1000), qint64(3));

    QCOMPARE(outcomes(), QByteArray("a succeeded, a failed"));
    // Nobody takes away a run that is under way.
    sql("update aegis.job_run set outcome = 'running', finished_at = null where outcome = 'failed'");
    const auto touched = server.session.write<qint64>(RequestContext::forSystem(now()), [&](Tx &tx) -> Result<qint64> {
        TRY(const Rows rows, tx.query("delete from aegis.job_run where outcome = 'running'"));
        return rows.affected();
    });
    QVERIFY_RESULT(touched);
    QCOMPARE(*touched, qint64(0));
}

AEGIS_TEST(TestJobRunner)
#include "TestJobRunner.moc"
