#include "server/db/Database.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/Await.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestDatabasePool : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_database = makeNoteDatabase(); }
    void aFullQueueIsRefused();
    void aStatementThatTakesTooLongIsEnded();
    void behindAPoolerNothingIsPrepared();

private:
    TestDatabase m_database;
    RequestContext m_ctx = contextOf(OrganizationId::make(systemNow()));
};

constexpr Sql insertNote = "insert into note (id, organization_id, text) values ($1, $2, $3)";

static Task<Result<int>> dawdle(Database &db, const RequestContext &ctx)
{
    co_return co_await db.read<int>(ctx, [](Tx &tx) -> Result<int> {
        CHECK(tx.finalQuery("select pg_sleep(0.3)"));
        return 1;
    });
}

void TestDatabasePool::aFullQueueIsRefused()
{
    auto options = m_database.options();
    options.threads = 1;
    options.queueCapacity = 2;
    Database narrow(options);
    std::vector<Result<int>> answers;

    for (int i = 0; i < 10; ++i)
        spawn(dawdle(narrow, m_ctx), [&](std::optional<Result<int>> answer, auto) { answers.push_back(*std::move(answer)); });

    QVERIFY2(answers.size() >= 7, "refused before spawn() returned");
    QCOMPARE(answers.front().problem().code, ProblemCode::Overloaded);
    QTRY_COMPARE(answers.size(), std::size_t(10));
    QVERIFY_RESULT(answers.back());
}

void TestDatabasePool::aStatementThatTakesTooLongIsEnded()
{
    auto options = m_database.options();
    options.session.statementTimeout = std::chrono::milliseconds(50);
    Database hasty(options);

    const auto answer = await(dawdle(hasty, m_ctx));

    QCOMPARE(answer.problem().code, ProblemCode::Overloaded);
    QVERIFY2(answer.problem().internal.contains(QStringLiteral("57014")), qPrintable(answer.problem().internal));
}

void TestDatabasePool::behindAPoolerNothingIsPrepared()
{
    auto options = m_database.options();
    options.session.behindPooler = true;
    DatabaseSession session(options.connection, options.session);
    constexpr Sql prepared = "select count(*), current_setting('search_path'), current_setting('TimeZone'), current_setting('statement_timeout')"
                             " from pg_prepared_statements";

    for (int i = 0; i < 2; ++i) {
        const auto answer = session.read<QString>(m_ctx, [&](Tx &tx) -> Result<QString> {
            CHECK(tx.query("select text from note where id = $1", UserId::make(m_ctx.now)));
            TRY(const Row row, tx.queryOne(ProblemCode::Internal, prepared));
            return QStringLiteral("%1 %2 %3 %4").arg(row.get<int>(0)).arg(row.get<QString>(1), row.get<QString>(2), row.get<QString>(3));
        });
        QCOMPARE(answer.value(), QStringLiteral("0 aegis, pg_temp UTC 10s"));
        QVERIFY_RESULT(session.write<void>(m_ctx, [&](Tx &tx) -> Result<void> {
            CHECK(tx.finalQuery(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("a")));
            return {};
        }));
    }
    QCOMPARE(countNotes(m_database), 2);
}

AEGIS_TEST(TestDatabasePool)
#include "TestDatabasePool.moc"
