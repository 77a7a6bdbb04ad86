#include "server/db/Database.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/Await.h"
#include "tests/support/TestMain.h"

#include <QtCore/QThread>

#include <algorithm>
#include <array>
#include <csignal>
#include <future>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestDatabaseLanes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_database = makeNoteDatabase(); }
    void init();
    void aStatementSeesItsTenantOnly();
    void whatOnlyReadsCannotWrite();
    void anErrorIsOfItsTransactionAlone();
    void aTextThatPostgresCannotStoreIsRefused();
    void moreThanTheServerTakesAtOnceIsSent();
    void aConnectionLostDuringTheCommitHasAnUnknownOutcome();
    void aServerThatDoesNotAnswerIsGivenUp();
    void aFullQueueIsRefused();
    void whatWaitsPastItsDeadlineIsNotBegun();
    void aStopRefusesWhatWaitsAndLetsTheRestEnd_data();
    void aStopRefusesWhatWaitsAndLetsTheRestEnd();
    void eachThreadHasItsShareOfConnections();
    void readsThatWaitGoTogether();
    void writesWaitForNoRead();
    void aReadThatFailsFailsAlone();
    void aConnectionThatOneOfThemLosesCostsTheOthersNothing();

private:
    Database::Options narrow() const
    {
        auto options = m_database.options();
        options.threads = 1;
        return options;
    }
    int connections(const QByteArray &application) const
    {
        return lookUp(m_database, "select count(*) from pg_stat_activity where application_name = '" + application + "'").toInt();
    }

    TestDatabase m_database;
    RequestContext m_ctx;
};

constexpr Sql insertNote = "insert into note (id, organization_id, text) values ($1, $2, $3)";
constexpr Sql readNotes = "select text from note";

static Task<Result<Rows>> store(Database &db, const RequestContext &ctx, QString text)
{
    return db.writeRows(ctx, insertNote, UserId::make(systemNow()), ctx.tenant.organization, text);
}

static Task<Result<Rows>> dawdle(Database &db, const RequestContext &ctx)
{
    return db.readRows(ctx, "select pg_sleep(0.3)");
}

/// Takes as long as somebody else holds the lock 1.
static Task<Result<Rows>> waitForTheLock(Database &db, const RequestContext &ctx)
{
    return db.readRows(ctx, "select pg_advisory_xact_lock_shared(1)");
}

/// Holds a connection, and takes nothing along.
static Task<Result<Rows>> occupy(Database &db, const RequestContext &ctx)
{
    return db.writeRows(ctx, "select pg_sleep(0.3)");
}

void TestDatabaseLanes::init()
{
    m_ctx = contextOf(OrganizationId::make(systemNow()));
    clearNotes(m_database);
}

void TestDatabaseLanes::aStatementSeesItsTenantOnly()
{
    Database db(narrow());
    const RequestContext other = contextOf(OrganizationId::make(systemNow()));
    QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("ours"))));
    QVERIFY_RESULT(await(store(db, other, QStringLiteral("theirs"))));

    const auto ours = await(db.readRows(m_ctx, readNotes));
    const auto nobodys = await(db.readRows(contextOf({}), readNotes));
    const auto stolen = await(db.writeRows(m_ctx, insertNote, UserId::make(systemNow()), other.tenant.organization, QStringLiteral("planted")));

    QVERIFY_RESULT(ours);
    QCOMPARE(ours->size(), 1);
    QCOMPARE(ours->first().get<QString>(0), QStringLiteral("ours"));
    QVERIFY_RESULT(nobodys);
    QVERIFY(nobodys->isEmpty());
    QVERIFY(!stolen.ok());
    QCOMPARE(countNotes(m_database), 2);
}

void TestDatabaseLanes::whatOnlyReadsCannotWrite()
{
    Database db(narrow());

    const auto answer = await(db.readRows(m_ctx, insertNote, UserId::make(systemNow()), m_ctx.tenant.organization, QStringLiteral("a")));

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::Internal);
    QCOMPARE(countNotes(m_database), 0);
}

void TestDatabaseLanes::anErrorIsOfItsTransactionAlone()
{
    Database db(narrow());
    QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("unique"))));

    const auto twice = await(store(db, m_ctx, QStringLiteral("unique"))); // it is only looked at while it commits
    const auto after = await(store(db, m_ctx, QStringLiteral("another")));

    QVERIFY(!twice.ok());
    QCOMPARE(twice.problem().code, ProblemCode::Conflict);
    QVERIFY_RESULT(after);
    QCOMPARE(countNotes(m_database), 2);
    QCOMPARE(db.counters().connects.load(), quint64(1)); // nor does it cost the connection
}

void TestDatabaseLanes::aTextThatPostgresCannotStoreIsRefused()
{
    Database db(narrow());

    const auto answer = await(store(db, m_ctx, QStringLiteral("a") + QChar(0) + QStringLiteral("b")));

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(countNotes(m_database), 0);
}

void TestDatabaseLanes::moreThanTheServerTakesAtOnceIsSent()
{
    Database db(narrow());
    const QString text(5'000'000, u'x');

    QVERIFY_RESULT(await(store(db, m_ctx, text)));
    const auto answer = await(db.readRows(m_ctx, readNotes));

    QVERIFY_RESULT(answer);
    QCOMPARE(answer->first().get<QString>(0).size(), text.size());
}

void TestDatabaseLanes::aConnectionLostDuringTheCommitHasAnUnknownOutcome()
{
    Database db(narrow());

    const auto answer = await(store(db, m_ctx, QStringLiteral("doomed")));

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::OutcomeUnknown);
    QCOMPARE(db.counters().repeats.load(), quint64(0)); // it is not run again: it might be carried out twice
    QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("after"))));
    QCOMPARE(countNotes(m_database), 1);
}

void TestDatabaseLanes::aServerThatDoesNotAnswerIsGivenUp()
{
    auto options = narrow();
    options.session.statementTimeout = options.session.answerGrace = 200ms;
    Database db(options);
    const auto backend = await(db.readRows(m_ctx, "select pg_backend_pid()"));
    QVERIFY_RESULT(backend);
    const pid_t stopped = backend->first().get<int>(0);
    kill(stopped, SIGSTOP);

    const auto answer = await(store(db, m_ctx, QStringLiteral("a")));
    kill(stopped, SIGCONT);

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::OutcomeUnknown);
    QTRY_COMPARE(countNotes(m_database), 1); // and indeed it was carried out
}

void TestDatabaseLanes::aFullQueueIsRefused()
{
    auto options = narrow();
    options.queueCapacity = 2;
    std::vector<Result<Rows>> answers; // outlives the database, which lets what is under way end
    Database db(options);
    auto blocker = Connection::open(m_database.administrator, {});
    QVERIFY_RESULT(blocker);
    const Command lock{Sql("select pg_advisory_lock(1)"), {}};
    QVERIFY(!(*blocker)->exchange({&lock, 1}).error);

    for (int i = 0; i < 10; ++i)
        spawn(waitForTheLock(db, m_ctx), [&](std::optional<Result<Rows>> answer, auto) { answers.push_back(*std::move(answer)); });

    QCOMPARE(answers.size(), std::size_t(7)); // refused before spawn() returned
    QCOMPARE(answers.front().problem().code, ProblemCode::Overloaded);
    QVERIFY(answers.front().problem().retryAfter);
    QCOMPARE(db.rejected(), std::uint64_t(7));
    QTRY_COMPARE(db.waiting(), std::size_t(2)); // the connection is being opened by the pool, which has it in its queue for a moment
    blocker->reset();
    QTRY_COMPARE(answers.size(), std::size_t(10));
    QVERIFY_RESULT(answers.back());
    QCOMPARE(db.waiting(), std::size_t(0));
}

void TestDatabaseLanes::whatWaitsPastItsDeadlineIsNotBegun()
{
    RequestContext hurried = m_ctx;
    hurried.deadline = std::chrono::steady_clock::now() + 50ms;
    std::optional<Result<Rows>> slow, late;
    Database db(narrow());

    spawn(dawdle(db, m_ctx), [&](std::optional<Result<Rows>> answer, auto) { slow = std::move(answer); });
    spawn(store(db, hurried, QStringLiteral("late")), [&](std::optional<Result<Rows>> answer, auto) { late = std::move(answer); });

    QTRY_VERIFY(late);
    QVERIFY_RESULT(*slow);
    QCOMPARE(late->problem().code, ProblemCode::HandlerTimeout);
    QCOMPARE(countNotes(m_database), 0);
}

void TestDatabaseLanes::aStopRefusesWhatWaitsAndLetsTheRestEnd_data()
{
    QTest::addColumn<bool>("isElsewhere");

    QTest::newRow("from the thread that asks") << false;
    QTest::newRow("from another thread") << true;
}

void TestDatabaseLanes::aStopRefusesWhatWaitsAndLetsTheRestEnd()
{
    QFETCH(const bool, isElsewhere);
    auto options = narrow();
    options.session.applicationName = "aegis-lane-stop";
    std::optional<Result<Rows>> underWay, waiting, after;
    Database db(options);
    QVERIFY_RESULT(await(db.readRows(m_ctx, "select 1"))); // there is a connection
    spawn(dawdle(db, m_ctx), [&](std::optional<Result<Rows>> answer, auto) { underWay = std::move(answer); });
    spawn(store(db, m_ctx, QStringLiteral("a")), [&](std::optional<Result<Rows>> answer, auto) { waiting = std::move(answer); });

    if (isElsewhere) {
        auto stopped = std::async(std::launch::async, [&] { db.stop(); });
        QTRY_VERIFY(stopped.wait_for(0s) == std::future_status::ready);
    } else {
        db.stop();
    }
    spawn(store(db, m_ctx, QStringLiteral("b")), [&](std::optional<Result<Rows>> answer, auto) { after = std::move(answer); });

    QVERIFY(underWay);
    QVERIFY_RESULT(*underWay);
    QVERIFY(waiting);
    QCOMPARE(waiting->problem().code, ProblemCode::ShuttingDown);
    QVERIFY(after);
    QCOMPARE(after->problem().code, ProblemCode::ShuttingDown);
    QCOMPARE(countNotes(m_database), 0);
    QTRY_COMPARE(connections("aegis-lane-stop"), 0);
}

void TestDatabaseLanes::eachThreadHasItsShareOfConnections()
{
    auto options = m_database.options();
    options.threads = 4;
    options.askingThreads = 2;
    options.session.applicationName = "aegis-lane-share";
    Database db(options);
    const auto askOften = [&] {
        std::vector<Result<Rows>> answers;
        for (int i = 0; i < 5; ++i)
            spawn(occupy(db, m_ctx), [&](std::optional<Result<Rows>> answer, auto) { answers.push_back(*std::move(answer)); });
        QTRY_COMPARE(answers.size(), std::size_t(5));
    };

    askOften();
    QCOMPARE(connections("aegis-lane-share"), 2);
    const std::unique_ptr<QThread> other(QThread::create([&] {
        askOften();
        QCOMPARE(connections("aegis-lane-share"), 4);
    }));
    other->start();
    QTRY_VERIFY(other->isFinished());

    QTRY_COMPARE(connections("aegis-lane-share"), 2); // a thread that has ended has closed its own
}

void TestDatabaseLanes::readsThatWaitGoTogether()
{
    const RequestContext other = contextOf(OrganizationId::make(systemNow()));
    std::array<std::optional<Result<Rows>>, 7> answers;
    Database db(narrow());
    QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("ours"))));
    QVERIFY_RESULT(await(store(db, other, QStringLiteral("theirs"))));
    const quint64 before = db.counters().roundTrips;

    for (std::size_t i = 0; i < answers.size(); ++i) {
        Task<Result<Rows>> task = i == 0 ? occupy(db, m_ctx) : db.readRows(i % 2 == 0 ? m_ctx : other, readNotes);
        spawn(std::move(task), [&answers, i](std::optional<Result<Rows>> answer, auto) { answers.at(i) = std::move(answer); });
    }

    QTRY_VERIFY(std::all_of(answers.begin(), answers.end(), [](const auto &answer) { return answer.has_value(); }));
    for (std::size_t i = 1; i < answers.size(); ++i) {
        QVERIFY_RESULT(*answers.at(i));
        QCOMPARE((*answers.at(i))->size(), 1); // each sees its own tenant, whoever came before it in the exchange
        QCOMPARE((*answers.at(i))->first().get<QString>(0), i % 2 == 0 ? QStringLiteral("ours") : QStringLiteral("theirs"));
    }
    QCOMPARE(db.counters().roundTrips - before, quint64(2));
    QCOMPARE(db.counters().repeats.load(), quint64(0));
}

void TestDatabaseLanes::writesWaitForNoRead()
{
    auto options = narrow();
    options.threads = 2; // one of them for reads
    bool isRead = false, isWritten = false;
    Database db(options);

    for (int i = 0; i < 3; ++i)
        spawn(dawdle(db, m_ctx), [&](const std::optional<Result<Rows>> &, auto) { isRead = true; });
    spawn(store(db, m_ctx, QStringLiteral("a")), [&](std::optional<Result<Rows>> answer, auto) { isWritten = !isRead && answer->ok(); });

    QTRY_VERIFY(isRead);
    QVERIFY(isWritten);
}

void TestDatabaseLanes::aReadThatFailsFailsAlone()
{
    std::optional<Result<Rows>> before, impossible, forbidden, after;
    const auto into = [](std::optional<Result<Rows>> &place) { return [&](std::optional<Result<Rows>> answer, auto) { place = std::move(answer); }; };
    Database db(narrow());
    QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("ours"))));

    spawn(occupy(db, m_ctx), [](auto &&...) {});
    spawn(db.readRows(m_ctx, readNotes), into(before));
    spawn(db.readRows(m_ctx, "select 1 / 0"), into(impossible));
    spawn(db.readRows(m_ctx, insertNote, UserId::make(systemNow()), m_ctx.tenant.organization, QStringLiteral("a")), into(forbidden));
    spawn(db.readRows(m_ctx, readNotes), into(after));

    QTRY_VERIFY(before && impossible && forbidden && after);
    for (const auto &fine : {before, after}) {
        QVERIFY_RESULT(*fine);
        QCOMPARE((*fine)->size(), 1);
    }
    QCOMPARE(impossible->problem().code, ProblemCode::ValidationFailed); // a division by zero is of the values
    QCOMPARE(forbidden->problem().code, ProblemCode::Internal);
    QCOMPARE(countNotes(m_database), 1);
    QCOMPARE(db.counters().connects.load(), quint64(1));
}

void TestDatabaseLanes::aConnectionThatOneOfThemLosesCostsTheOthersNothing()
{
    std::optional<Result<Rows>> before, deadly, after;
    const auto into = [](std::optional<Result<Rows>> &place) { return [&](std::optional<Result<Rows>> answer, auto) { place = std::move(answer); }; };
    Database db(narrow());
    QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("ours"))));

    spawn(occupy(db, m_ctx), [](auto &&...) {});
    spawn(db.readRows(m_ctx, readNotes), into(before));
    spawn(db.readRows(m_ctx, "select pg_terminate_backend(pg_backend_pid())"), into(deadly));
    spawn(db.readRows(m_ctx, readNotes), into(after));

    QTRY_VERIFY(before && deadly && after);
    QVERIFY_RESULT(*before);
    QCOMPARE((*before)->size(), 1);
    QVERIFY_RESULT(*after);
    QCOMPARE((*after)->size(), 1);
    QCOMPARE(deadly->problem().code, ProblemCode::DatabaseUnavailable);
}

AEGIS_TEST(TestDatabaseLanes)
#include "TestDatabaseLanes.moc"
