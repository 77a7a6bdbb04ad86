#include "server/db/Database.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/Await.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestTransaction : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void commitsOnSuccess();
    void rollsBackOnAProblem();
    void rollsBackOnAnException();
    void commitAndKeepsWhatItRefuses();
    void cannotMakeASuccessOfAFailedStatement();
    void aStatementSeesItsTenantOnly();
    void theTenantIsGoneAfterTheTransaction();
    void anotherTenantCannotBeWrittenFor();
    void oneStatementCostsOneRoundTrip();
    void severalStatementsCostOneRoundTripEachAndOneToCommit();
    void readingIsHeldToReading();
    void aFinalStatementThatFailsAtItsCommitFails();
    void aFinalStatementAfterOthersCommitsThem();
    void oneRowIsExactlyOneRow();
    void aSerializationFailureIsRunAgain();
    void aTextWithANulIsRefused();

private:
    qint64 storedNotes() { return countNotes(m_database); }

    TestDatabase m_database;
    std::unique_ptr<Database> m_db;
    RequestContext m_ctx;
};

constexpr Sql insertNote = "insert into note (id, organization_id, text) values ($1, $2, $3)";

static Task<Result<int>> store(Database &db, const RequestContext &ctx, QString text, std::optional<Problem> refusal, bool anyway)
{
    co_return co_await db.write<int>(ctx, [&](Tx &tx) -> Result<int> {
        CHECK(tx.query(insertNote, UserId::make(ctx.now), ctx.tenant.organization, text));
        if (refusal)
            return anyway ? tx.commitAnd(*refusal) : *refusal;
        return 1;
    });
}

static Task<Result<void>> fail(Database &db, const RequestContext &ctx)
{
    co_return co_await db.write<void>(ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.query(insertNote, UserId::make(ctx.now), ctx.tenant.organization, QStringLiteral("a")));
        throw std::runtime_error("a bug");
    });
}

static Task<Result<QStringList>> texts(Database &db, const RequestContext &ctx)
{
    co_return co_await db.read<QStringList>(ctx, [&](Tx &tx) -> Result<QStringList> {
        TRY(const Rows rows, tx.finalQuery("select text from note order by text"));
        QStringList list;
        for (const Row row : rows)
            list.append(row.get<QString>(0));
        return list;
    });
}

void TestTransaction::initTestCase()
{
    m_database = makeNoteDatabase();
}

void TestTransaction::init()
{
    m_db = std::make_unique<Database>(m_database.options());
    m_ctx = contextOf(OrganizationId::make(systemNow()));
    clearNotes(m_database);
}

void TestTransaction::commitsOnSuccess()
{
    const auto answer = await(store(*m_db, m_ctx, QStringLiteral("a"), {}, false));

    QVERIFY_RESULT(answer);
    QCOMPARE(storedNotes(), 1);
}

void TestTransaction::rollsBackOnAProblem()
{
    const auto answer = await(store(*m_db, m_ctx, QStringLiteral("a"), Problem(ProblemCode::Forbidden), false));

    QCOMPARE(answer.problem().code, ProblemCode::Forbidden);
    QCOMPARE(storedNotes(), 0);
}

void TestTransaction::rollsBackOnAnException()
{
    const auto answer = await(fail(*m_db, m_ctx));

    QCOMPARE(answer.problem().code, ProblemCode::Internal);
    QCOMPARE(answer.problem().internal, QStringLiteral("a bug"));
    QCOMPARE(storedNotes(), 0);
    QVERIFY_RESULT(await(store(*m_db, m_ctx, QStringLiteral("b"), {}, false)));
    QCOMPARE(storedNotes(), 1);
}

void TestTransaction::commitAndKeepsWhatItRefuses()
{
    const auto answer = await(store(*m_db, m_ctx, QStringLiteral("a failure counter"), Problem(ProblemCode::InvalidCredentials), true));

    QCOMPARE(answer.problem().code, ProblemCode::InvalidCredentials);
    QCOMPARE(storedNotes(), 1);
}

void TestTransaction::cannotMakeASuccessOfAFailedStatement()
{
    const auto answer = m_db->writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        CHECK(tx.query(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("a")));
        [[maybe_unused]] const auto ignored = tx.query("select 1 / $1", 0);
        return 5;
    });

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(storedNotes(), 0);
}

void TestTransaction::aStatementSeesItsTenantOnly()
{
    const RequestContext other = contextOf(OrganizationId::make(systemNow()));
    QVERIFY_RESULT(await(store(*m_db, m_ctx, QStringLiteral("mine"), {}, false)));
    QVERIFY_RESULT(await(store(*m_db, other, QStringLiteral("theirs"), {}, false)));

    QCOMPARE(await(texts(*m_db, m_ctx)).value(), QStringList(QStringLiteral("mine")));
    QCOMPARE(await(texts(*m_db, other)).value(), QStringList(QStringLiteral("theirs")));
    QCOMPARE(await(texts(*m_db, contextOf({}))).value(), QStringList());
    QCOMPARE(storedNotes(), 2);
}

void TestTransaction::theTenantIsGoneAfterTheTransaction()
{
    DatabaseSession session(m_database.serving);
    constexpr Sql tenant = "select current_setting('app.organization_id', true), current_setting('transaction_read_only')";
    for (const bool isFinal : {true, false}) {
        const auto inside = session.read<QString>(m_ctx, [&](Tx &tx) -> Result<QString> {
            TRY(const Rows rows, isFinal ? tx.finalQuery(tenant) : tx.query(tenant));
            return rows.first().get<QString>(0) + rows.first().get<QString>(1);
        });
        QCOMPARE(inside.value(), QString::fromLatin1(m_ctx.tenant.organization.text()) + QStringLiteral("on"));

        const auto connection = session.connection(); // the same one, without a transaction of a tenant
        QVERIFY_RESULT(connection);
        const Command command{tenant, {}};
        const Exchange outside = (*connection)->exchange({&command, 1});
        QCOMPARE(outside.answers.front().first().get<std::optional<QString>>(0).value_or(QString()), QString());
        QCOMPARE(outside.answers.front().first().get<QString>(1), QStringLiteral("off"));
    }
}

void TestTransaction::anotherTenantCannotBeWrittenFor()
{
    const auto answer = m_db->writeNow<void>(m_ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.finalQuery(insertNote, UserId::make(m_ctx.now), OrganizationId::make(m_ctx.now), QStringLiteral("a")));
        return {};
    });

    QCOMPARE(answer.problem().code, ProblemCode::Internal);
    QVERIFY2(answer.problem().internal.contains(QStringLiteral("42501")), qPrintable(answer.problem().internal));
    QCOMPARE(storedNotes(), 0);
}

void TestTransaction::oneStatementCostsOneRoundTrip()
{
    QVERIFY_RESULT(await(texts(*m_db, m_ctx)));
    const quint64 before = m_db->counters().roundTrips;

    for (int i = 0; i < 5; ++i)
        QVERIFY_RESULT(await(texts(*m_db, m_ctx)));

    QCOMPARE(m_db->counters().roundTrips - before, quint64(5));
}

void TestTransaction::severalStatementsCostOneRoundTripEachAndOneToCommit()
{
    const quint64 before = m_db->counters().roundTrips;

    const auto answer = m_db->writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        for (int i = 0; i < 3; ++i)
            CHECK(tx.query(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("a")));
        return 3;
    });

    QVERIFY_RESULT(answer);
    QCOMPARE(m_db->counters().roundTrips - before, quint64(4));
    QCOMPARE(storedNotes(), 3);
}

void TestTransaction::readingIsHeldToReading()
{
    const auto answer = m_db->readNow<void>(m_ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.query(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("a")));
        return {};
    });

    QCOMPARE(answer.problem().code, ProblemCode::Internal);
    QCOMPARE(storedNotes(), 0);
}

void TestTransaction::aFinalStatementThatFailsAtItsCommitFails()
{
    // The constraint is deferred: the statement succeeds, its commit does not.
    const auto answer = m_db->writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        CHECK(tx.finalQuery("insert into note (id, organization_id, text) select gen_random_uuid(), $1, 'unique' from generate_series(1, 2)",
                            m_ctx.tenant.organization));
        return 2;
    });

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, ProblemCode::Conflict);
    QCOMPARE(storedNotes(), 0);
}

void TestTransaction::aFinalStatementAfterOthersCommitsThem()
{
    const quint64 before = m_db->counters().roundTrips;
    const auto answer = m_db->writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        CHECK(tx.query(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("a")));
        CHECK(tx.finalQuery(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("b")));
        return Problem(ProblemCode::Forbidden); // too late to change anything
    });

    QCOMPARE(answer.problem().code, ProblemCode::Forbidden);
    QCOMPARE(storedNotes(), 2);
    QCOMPARE(m_db->counters().roundTrips - before, quint64(2));
}

void TestTransaction::oneRowIsExactlyOneRow()
{
    const auto ask = [&](int count) {
        return m_db->readNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
            TRY(const Row row, tx.finalQueryOne(ProblemCode::NotFound, "select 7 from generate_series(1, $1)", count));
            return row.get<int>(0);
        });
    };

    QCOMPARE(ask(1).value(), 7);
    QCOMPARE(ask(0).problem().code, ProblemCode::NotFound);
    QCOMPARE(ask(2).problem().code, ProblemCode::Internal);
}

void TestTransaction::aSerializationFailureIsRunAgain()
{
    int runs = 0;
    const auto answer = m_db->writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        ++runs;
        CHECK(tx.query(insertNote, UserId::make(m_ctx.now), m_ctx.tenant.organization, QStringLiteral("a")));
        if (runs < 3)
            CHECK(tx.query("do $$ begin raise exception using errcode = '40001'; end $$"));
        return runs;
    });
    QCOMPARE(answer.value(), 3);
    QCOMPARE(storedNotes(), 1);

    runs = 0;
    const auto hopeless = m_db->writeNow<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        ++runs;
        CHECK(tx.finalQuery("do $$ begin raise exception using errcode = '40P01'; end $$"));
        return runs;
    });
    QCOMPARE(hopeless.problem().code, ProblemCode::Overloaded);
    QVERIFY(hopeless.problem().retryAfter);
    QCOMPARE(runs, 4);
}

void TestTransaction::aTextWithANulIsRefused()
{
    const auto answer = await(store(*m_db, m_ctx, QString(QStringLiteral("a") + QChar(u'\0') + QStringLiteral("b")), {}, false));

    QCOMPARE(answer.problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(storedNotes(), 0);
}

AEGIS_TEST(TestTransaction)
#include "TestTransaction.moc"
