#include "server/db/DatabaseSession.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestSqlState : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_database = makeNoteDatabase(); }
    void aUniqueViolationIsToldByItsConstraint_data();
    void aUniqueViolationIsToldByItsConstraint();
    void aStateIsToldByItsClass_data();
    void aStateIsToldByItsClass();
    void aMissingPartitionIsNotTheClientsFault_data();
    void aMissingPartitionIsNotTheClientsFault();
    void noValueGoesIntoTheLog();
    void aLockThatIsNotGivenIsOverload();

private:
    TestDatabase m_database;
    RequestContext m_ctx = contextOf({});
};

void TestSqlState::aUniqueViolationIsToldByItsConstraint_data()
{
    QTest::addColumn<QString>("email");
    QTest::addColumn<QString>("slug");
    QTest::addColumn<ProblemCode>("code");

    QTest::newRow("e-mail") << QStringLiteral("alice@example.org") << QStringLiteral("other") << ProblemCode::EmailTaken;
    QTest::newRow("slug") << QStringLiteral("bob@example.org") << QStringLiteral("acme") << ProblemCode::SlugTaken;
    QTest::newRow("any other") << QStringLiteral("bob@example.org") << QStringLiteral("other") << ProblemCode::Conflict;
}

void TestSqlState::aUniqueViolationIsToldByItsConstraint()
{
    QFETCH(const QString, email);
    QFETCH(const QString, slug);
    QFETCH(const ProblemCode, code);

    const auto answer = DatabaseSession(m_database.serving).write<void>(m_ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.finalQuery("insert into account values ($1, $2, 'Alice')", email, slug));
        return {};
    });

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, code);
    QVERIFY2(!answer.problem().internal.contains(QStringLiteral("example.org")) && !answer.problem().internal.contains(QStringLiteral("Alice")),
             qPrintable(answer.problem().internal));
}

void TestSqlState::aStateIsToldByItsClass_data()
{
    QTest::addColumn<QByteArray>("state");
    QTest::addColumn<ProblemCode>("code");

    QTest::newRow("out of range") << QByteArray("22003") << ProblemCode::ValidationFailed;
    QTest::newRow("check violation") << QByteArray("23514") << ProblemCode::ValidationFailed;
    QTest::newRow("foreign key violation") << QByteArray("23503") << ProblemCode::Conflict;
    QTest::newRow("not null violation") << QByteArray("23502") << ProblemCode::Internal;
    QTest::newRow("statement timeout") << QByteArray("57014") << ProblemCode::Overloaded;
    QTest::newRow("lock timeout") << QByteArray("55P03") << ProblemCode::Overloaded;
    QTest::newRow("disk full") << QByteArray("53100") << ProblemCode::DatabaseUnavailable;
    QTest::newRow("disk broken") << QByteArray("58030") << ProblemCode::DatabaseUnavailable;
    QTest::newRow("too many connections") << QByteArray("53300") << ProblemCode::Overloaded;
    QTest::newRow("connection failure") << QByteArray("08006") << ProblemCode::DatabaseUnavailable;
    QTest::newRow("row-level security") << QByteArray("42501") << ProblemCode::Internal;
    QTest::newRow("syntax error") << QByteArray("42601") << ProblemCode::Internal;
    QTest::newRow("raised by a function") << QByteArray("P0001") << ProblemCode::Internal;
}

void TestSqlState::aStateIsToldByItsClass()
{
    QFETCH(const QByteArray, state);
    QFETCH(const ProblemCode, code);
    const QByteArray script = "do $$ begin raise exception using errcode = '" + state + "', message = 'raised'; end $$";

    const auto answer = DatabaseSession(m_database.serving).write<void>(m_ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.query(Sql::composed(script)));
        return {};
    });

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, code);
    QVERIFY2(answer.problem().internal.contains(QString::fromLatin1(state)), qPrintable(answer.problem().internal));
    QVERIFY2(answer.problem().detail.isEmpty(), "nothing of it is for the client");
    QCOMPARE(answer.problem().retryAfter.has_value(), answer.problem().status() == 503);
    if (answer.problem().retryAfter)
        QCOMPARE(answer.problem().retryAfter->count(), state == "53100" || state == "58030" ? 30 : 1);
}

void TestSqlState::aMissingPartitionIsNotTheClientsFault_data()
{
    QTest::addColumn<QByteArray>("statement");
    QTest::addColumn<ProblemCode>("code");

    QTest::newRow("no partition") << QByteArray("insert into day values (50)") << ProblemCode::Internal;
    QTest::newRow("another one's row") << QByteArray("insert into day_first values (50)") << ProblemCode::Internal;
    QTest::newRow("a check of the table") << QByteArray("insert into day values (-5)") << ProblemCode::ValidationFailed;
}

void TestSqlState::aMissingPartitionIsNotTheClientsFault()
{
    QFETCH(const QByteArray, statement);
    QFETCH(const ProblemCode, code);

    const auto answer = DatabaseSession(m_database.serving).write<void>(m_ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.query(Sql::composed(statement)));
        return {};
    });

    QVERIFY(!answer.ok());
    QCOMPARE(answer.problem().code, code);
    QVERIFY2(answer.problem().internal.contains(QStringLiteral("23514")), qPrintable(answer.problem().internal));
    QVERIFY2(answer.problem().detail.isEmpty(), "nothing of it is for the client");
}

void TestSqlState::noValueGoesIntoTheLog()
{
    const auto answer = DatabaseSession(m_database.serving).read<void>(m_ctx, [&](Tx &tx) -> Result<void> {
        CHECK(tx.query("select $1::uuid", QStringLiteral("my secret")));
        return {};
    });

    QCOMPARE(answer.problem().code, ProblemCode::ValidationFailed);
    QVERIFY2(answer.problem().internal.contains(QStringLiteral("22P02")), qPrintable(answer.problem().internal));
    QVERIFY2(!answer.problem().internal.contains(QStringLiteral("secret")), qPrintable(answer.problem().internal));
}

void TestSqlState::aLockThatIsNotGivenIsOverload()
{
    DatabaseSessionSettings hasty;
    hasty.lockTimeout = std::chrono::milliseconds(50);
    DatabaseSession waiting(m_database.serving, hasty);
    QVERIFY_RESULT(waiting.connection());

    const auto answer = DatabaseSession(m_database.administrator).write<int>(m_ctx, [&](Tx &tx) -> Result<int> {
        CHECK(tx.query("lock table account"));
        const auto refused = waiting.read<void>(m_ctx, [](Tx &other) -> Result<void> {
            CHECK(other.query("select from account"));
            return {};
        });
        return refused.ok() ? 0 : static_cast<int>(refused.problem().code);
    });

    QVERIFY_RESULT(answer);
    QCOMPARE(static_cast<ProblemCode>(*answer), ProblemCode::Overloaded);
}

AEGIS_TEST(TestSqlState)
#include "TestSqlState.moc"
