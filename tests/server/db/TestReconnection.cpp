#include "server/db/Connection.h"
#include "server/db/Database.h"
#include "server/db/EmbeddedPostgres.h"
#include "server/db/Migrator.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/Await.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QTcpServer>

#include <sys/stat.h>

#include <csignal>
#include <future>

using namespace aegis;
using namespace aegis::test;

/// The two ways to the database.
enum class Way { Pool, Lane };
Q_DECLARE_METATYPE(Way)

static void addWays()
{
    QTest::addColumn<Way>("way");

    QTest::newRow("on the pool") << Way::Pool;
    QTest::newRow("on a connection of the thread that asks") << Way::Lane;
}

class TestReconnection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void idleConnectionsThatWereEndedAreReplaced_data() { addWays(); }
    void idleConnectionsThatWereEndedAreReplaced();
    void aTransactionLostBeforeItsCommitRunsAgain();
    void aConnectionLostDuringTheCommitHasAnUnknownOutcome_data();
    void aConnectionLostDuringTheCommitHasAnUnknownOutcome();
    void aRestartUnderLoadFailsOnlyWhatIsInFlight_data() { addWays(); }
    void aRestartUnderLoadFailsOnlyWhatIsInFlight();
    void aServerThatDoesNotAnswerIsGivenUp_data();
    void aServerThatDoesNotAnswerIsGivenUp();
    void aPlanThatIsNoLongerGoodIsMadeAgain();
    void aDatabaseThatStaysAwayIsRefusedAtOnceAfterAWhile_data() { addWays(); }
    void aDatabaseThatStaysAwayIsRefusedAtOnceAfterAWhile();
    void aDatabaseThatHangsIsTriedByOneAtATime();
    void aDatabaseThatComesBackIsFound_data() { addWays(); }
    void aDatabaseThatComesBackIsFound();
    void notificationsArrive();

private:
    void endBackends() const
    {
        lookUp(m_database, "select count(pg_terminate_backend(pid, 1000)) from pg_stat_activity where usename = 'aegis_app'");
    }

    TestDatabase m_database;
    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<EmbeddedPostgres> m_postgres; // its own, because it is killed
    RequestContext m_ctx;
};

constexpr Sql insertNote = "insert into note (id, organization_id, text) values ($1, $2, $3)";

static Task<Result<void>> store(Database &db, const RequestContext &ctx, QString text, Way way)
{
    if (way == Way::Lane) {
        CO_CHECK(co_await db.writeRows(ctx, insertNote, UserId::make(systemNow()), ctx.tenant.organization, text));
        co_return Result<void>();
    }
    co_return co_await db.write<void>(ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.finalQuery(insertNote, UserId::make(systemNow()), ctx.tenant.organization, text));
        return {};
    });
}

void TestReconnection::initTestCase()
{
    m_directory = std::make_unique<QTemporaryDir>(QDir::tempPath() + QStringLiteral("/aegis-test-XXXXXX"));
    chmod(QFile::encodeName(m_directory->path()).constData(), 0711);
    auto started = EmbeddedPostgres::start({.dataDirectory = m_directory->path(), .durable = false});
    QVERIFY_RESULT(started);
    m_postgres = *std::move(started);
    m_database = {"aegis", m_postgres->serving(), m_postgres->administrator()};
    QVERIFY_RESULT(Migrator({.administrator = m_database.administrator, .directory = noteMigrations()}).migrate());
}

void TestReconnection::init()
{
    m_ctx = contextOf(OrganizationId::make(systemNow()));
    clearNotes(m_database);
}

void TestReconnection::idleConnectionsThatWereEndedAreReplaced()
{
    QFETCH(const Way, way);
    Database db(m_database.options());
    for (int i = 0; i < 8; ++i)
        QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("before"), way)));

    endBackends();

    for (int i = 0; i < 8; ++i)
        QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("after"), way)));
    QCOMPARE(countNotes(m_database), 16);
    QCOMPARE(db.counters().repeats, quint64(0)); // it was noticed before use
}

void TestReconnection::aTransactionLostBeforeItsCommitRunsAgain()
{
    Database db(m_database.options());
    int runs = 0;

    const auto answer = db.writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        CHECK(tx.query(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("a")));
        if (++runs == 1)
            endBackends();
        CHECK(tx.query(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("b")));
        return runs;
    });

    QVERIFY_RESULT(answer);
    QCOMPARE(*answer, 2);
    QCOMPARE(countNotes(m_database), 2);
    QCOMPARE(db.counters().repeats, quint64(1));
}

void TestReconnection::aConnectionLostDuringTheCommitHasAnUnknownOutcome_data()
{
    QTest::addColumn<bool>("isFinal");

    QTest::newRow("with the final statement") << true;
    QTest::newRow("with COMMIT") << false;
}

void TestReconnection::aConnectionLostDuringTheCommitHasAnUnknownOutcome()
{
    QFETCH(const bool, isFinal);
    Database db(m_database.options());
    int runs = 0;

    // A deferred trigger ends the backend while it commits.
    const auto answer = db.writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        ++runs;
        const auto id = UserId::make(m_ctx.now);
        CHECK(isFinal ? tx.finalQuery(insertNote, id, m_ctx.tenant.organization, QStringLiteral("doomed"))
                      : tx.query(insertNote, id, m_ctx.tenant.organization, QStringLiteral("doomed")));
        return 1;
    });

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::OutcomeUnknown);
    QCOMPARE(runs, 1); // it is not run again: it might be carried out twice
    QCOMPARE(countNotes(m_database), 0);
}

void TestReconnection::aRestartUnderLoadFailsOnlyWhatIsInFlight()
{
    QFETCH(const Way, way);
    auto options = m_database.options();
    options.patience = std::chrono::seconds(10); // the machine may be busy
    Database db(options);
    constexpr int count = 3'000;
    int done = 0, stored = 0, unknown = 0;
    QStringList others;
    int next = 0;
    const std::function<void()> more = [&] {
        if (next == count)
            return;
        ++next;
        spawn(store(db, m_ctx, QStringLiteral("load"), way), [&](std::optional<Result<void>> answer, auto) {
            ++done;
            if (answer->ok())
                ++stored;
            else if (answer->problem().code == ProblemCode::OutcomeUnknown)
                ++unknown;
            else
                others.append(QString::fromUtf8(inWords(answer->problem())));
            more();
        });
    };

    for (int i = 0; i < 32; ++i)
        more();
    const auto restart = [&] {
        const qint64 process = m_postgres->processId();
        QVERIFY(process > 0);
        QCOMPARE(kill(static_cast<pid_t>(process), SIGINT), 0);
    };
    QTRY_VERIFY_WITH_TIMEOUT(done > count / 3, 60'000);
    restart();
    QTRY_VERIFY_WITH_TIMEOUT(done == count, 60'000);

    qInfo("%d stored, %d unknown", stored, unknown);
    QVERIFY2(db.counters().connects > quint64(options.threads), "the server was really away");
    QCOMPARE(others, QStringList());
    QVERIFY2(unknown <= options.threads, "only what is in flight may fail");
    const qint64 there = countNotes(m_database);
    QVERIFY2(there >= stored && there <= stored + unknown, "what was answered is stored");
}

void TestReconnection::aDatabaseThatStaysAwayIsRefusedAtOnceAfterAWhile()
{
    QFETCH(const Way, way);
    auto options = m_database.options();
    options.connection = ConnectionString::socket(QStringLiteral("/nowhere"), "aegis_app", "aegis");
    options.patience = std::chrono::milliseconds(200);
    Database db(options);
    QElapsedTimer timer;

    timer.start();
    const auto first = await(store(db, m_ctx, QStringLiteral("a"), way));
    const qint64 firstTook = timer.restart();
    const auto second = await(store(db, m_ctx, QStringLiteral("a"), way));

    QCOMPARE(first.problem().code, ProblemCode::DatabaseUnavailable);
    QVERIFY(first.problem().retryAfter);
    QVERIFY2(firstTook >= 100, "it waits for a restart");
    QCOMPARE(second.problem().code, ProblemCode::DatabaseUnavailable);
    QVERIFY2(timer.elapsed() < 100, "but not each request anew");
}

void TestReconnection::aServerThatDoesNotAnswerIsGivenUp_data()
{
    QTest::addColumn<bool>("isFinal");

    QTest::newRow("while it commits: the outcome is unknown") << true;
    QTest::newRow("before the commit: it runs again elsewhere") << false;
}

void TestReconnection::aServerThatDoesNotAnswerIsGivenUp()
{
    QFETCH(const bool, isFinal);
    DatabaseSessionSettings hasty;
    hasty.statementTimeout = hasty.answerGrace = std::chrono::milliseconds(200);
    DatabaseSession session(m_database.serving, hasty);
    pid_t stopped = 0;

    const auto answer = session.write<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        TRY(const Row row, tx.queryOne(ProblemCode::Internal, "select pg_backend_pid()"));
        if (std::exchange(stopped, stopped == 0 ? row.get<int>(0) : stopped) == 0)
            kill(stopped, SIGSTOP);
        const auto id = UserId::make(m_ctx.now);
        CHECK(isFinal ? tx.finalQuery(insertNote, id, m_ctx.tenant.organization, QStringLiteral("a"))
                      : tx.query(insertNote, id, m_ctx.tenant.organization, QStringLiteral("a")));
        return row.get<int>(0);
    });
    kill(stopped, SIGCONT);

    if (isFinal) {
        QVERIFY(!answer.ok());
        QCOMPARE(answer.problem().code, ProblemCode::OutcomeUnknown);
        QTRY_COMPARE(countNotes(m_database), 1); // and indeed it was carried out
    } else {
        QVERIFY_RESULT(answer);
        QVERIFY(*answer != stopped);
        QCOMPARE(countNotes(m_database), 1);
    }
}

void TestReconnection::aPlanThatIsNoLongerGoodIsMadeAgain()
{
    DatabaseSession session(m_database.serving);
    const auto ask = [&] {
        return session.read<int>(m_ctx, [](Tx &tx) -> Result<int> {
            TRY(const Rows rows, tx.finalQuery("select * from account"));
            return rows.size();
        });
    };
    QVERIFY_RESULT(ask());

    lookUp(m_database, "alter table aegis.account add column remark text"); // as a migration of a newer server does

    QVERIFY_RESULT(ask());
}

/// It takes connections and says nothing: whoever tries waits for seconds.
void TestReconnection::aDatabaseThatHangsIsTriedByOneAtATime()
{
    QTcpServer hung;
    QVERIFY(hung.listen(QHostAddress::LocalHost));
    int tries = 0;
    connect(&hung, &QTcpServer::newConnection, this, [&] { tries += hung.nextPendingConnection() != nullptr ? 1 : 0; });
    const auto target = ConnectionString::parse(
        QStringLiteral("host=127.0.0.1 port=%1 dbname=aegis user=aegis_app connect_timeout=2 sslmode=disable").arg(hung.serverPort()));
    QVERIFY_RESULT(target);
    DatabaseLink link(std::chrono::milliseconds(100));
    const auto openedByMany = [&] {
        auto opened = std::async(std::launch::async, [&] { return together(8, [&](int) { return link.open(*target, {}).ok() ? 1 : 0; }); });
        while (opened.wait_for(std::chrono::milliseconds(0)) != std::future_status::ready)
            QTest::qWait(10); // who connects is taken in here
        return opened.get();
    };

    QCOMPARE(openedByMany(), std::vector<int>(8, 0));
    QCOMPARE(tries, 8); // nobody knew
    tries = 0;
    QTRY_VERIFY_WITH_TIMEOUT((openedByMany(), tries > 0), 5'000); // once somebody may try again

    QCOMPARE(tries, 1);
}

void TestReconnection::aDatabaseThatComesBackIsFound()
{
    QFETCH(const Way, way);
    const QString link = m_directory->filePath(QStringLiteral("link"));
    QFile::remove(link); // of the other way
    auto options = m_database.options();
    options.connection = ConnectionString::socket(link, "aegis_app", "aegis");
    options.patience = std::chrono::milliseconds(100);
    Database db(options);
    for (int i = 0; i < 20; ++i)
        QCOMPARE(await(store(db, m_ctx, QStringLiteral("a"), way)).problem().code, ProblemCode::DatabaseUnavailable);

    QVERIFY(QFile::link(QString::fromUtf8(m_database.serving.value("host")), link));

    QTRY_VERIFY_WITH_TIMEOUT(await(store(db, m_ctx, QStringLiteral("b"), way)).ok(), 2'000);
    for (int i = 0; i < 20; ++i)
        QVERIFY_RESULT(await(store(db, m_ctx, QStringLiteral("c"), way)));
}

void TestReconnection::notificationsArrive()
{
    DatabaseSession session(m_database.serving);
    const auto listening = session.connection();
    QVERIFY_RESULT(listening);
    QVERIFY(!(*listening)->script("listen revocation"));
    QVERIFY((*listening)->takeNotifications(std::chrono::milliseconds(0)).empty());

    lookUp(m_database, "select pg_notify('revocation', 'now')");

    const auto taken = (*listening)->takeNotifications(std::chrono::seconds(5));
    QCOMPARE(taken.size(), std::size_t(1));
    QCOMPARE(taken.front().channel, QByteArray("revocation"));
    QCOMPARE(taken.front().payload, QByteArray("now"));
    QVERIFY((*listening)->isUsable());

    endBackends();

    QVERIFY((*listening)->takeNotifications(std::chrono::seconds(5)).empty());
    QVERIFY(!(*listening)->isUsable());
}

AEGIS_TEST(TestReconnection)
#include "TestReconnection.moc"
