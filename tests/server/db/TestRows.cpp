#include "server/db/DatabaseSession.h"
#include "tests/server/db/NoteDatabase.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestRows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyTypeComesBackAsItWent();
    void nullComesBackAsNothing();
    void momentsKeepTheirMicrosecond_data();
    void momentsKeepTheirMicrosecond();
    void textsAreNeitherCutNorRead_data();
    void textsAreNeitherCutNorRead();
    void numbersTakeTheTypeOfTheirPlace();
    void listsOfIdsAndBytes();
    void aWrongTypeIsABug();
    void countsWhatWasTouched();
    void aNulIsRefusedWhereverItStands();

private:
    Result<Row> ask(const std::function<Result<Row>(Tx &)> &question) { return m_session->read<Row>(m_ctx, question); }

    std::unique_ptr<DatabaseSession> m_session;
    RequestContext m_ctx = contextOf({});
};

void TestRows::initTestCase()
{
    m_session = std::make_unique<DatabaseSession>(TestCluster::instance().create({}).administrator);
}

void TestRows::everyTypeComesBackAsItWent()
{
    const UserId id = UserId::make(systemNow());
    const QByteArray bytes("\0\x01'\\\xff", 5);
    const QJsonObject json{{QStringLiteral("a"), QStringLiteral("\"ü")}, {QStringLiteral("b"), 1.5}};
    const QStringList list{QStringLiteral("plain"), QStringLiteral("com,ma"), QStringLiteral("\"quoted\" \\ {x}"), QString(), QStringLiteral("NULL")};
    const Instant moment = systemNow();

    const auto row = ask([&](Tx &tx) {
        return tx.finalQueryOne(
            ProblemCode::Internal, "select $1 a, $2::text b, $3::bigint c, $4::integer d, $5 e, $6 f, $7 g, $8 h, $9 i, $10 j, $11 k, $12 l", id,
            QStringLiteral("ünï"), std::numeric_limits<qint64>::min(), -5, true, 0.1, moment, QHostAddress(QStringLiteral("2001:db8::1")), list,
            Json(json), Bytes{bytes}, QHostAddress(QStringLiteral("192.0.2.7")));
    });

    QVERIFY_RESULT(row);
    QCOMPARE(row->get<UserId>("a"), id);
    QCOMPARE(row->get<QString>("b"), QStringLiteral("ünï"));
    QCOMPARE(row->get<qint64>("c"), std::numeric_limits<qint64>::min());
    QCOMPARE(row->get<int>("d"), -5);
    QCOMPARE(row->get<bool>("e"), true);
    QCOMPARE(row->get<double>("f"), 0.1);
    QVERIFY(row->get<Instant>("g") == moment);
    QCOMPARE(row->get<QHostAddress>("h"), QHostAddress(QStringLiteral("2001:db8::1")));
    QCOMPARE(row->get<QStringList>("i").join(u'|'), list.join(u'|'));
    QCOMPARE(row->get<QJsonObject>("j"), json);
    QCOMPARE(row->get<QByteArray>("k"), bytes);
    QCOMPARE(row->get<QHostAddress>(11), QHostAddress(QStringLiteral("192.0.2.7")));
}

void TestRows::nullComesBackAsNothing()
{
    const auto row = ask([&](Tx &tx) {
        return tx.finalQueryOne(ProblemCode::Internal, "select $1, $2::text, $3, $4, $5", std::optional<UserId>(), std::optional<QString>(),
                                std::optional<Instant>(), QHostAddress(), orNull(OrganizationId()));
    });

    QVERIFY_RESULT(row);
    for (int column = 0; column < 5; ++column)
        QVERIFY(row->isNull(column));
    QVERIFY(!row->get<std::optional<UserId>>(0));
    QVERIFY(!row->get<std::optional<QString>>(1));
    QVERIFY(!row->get<std::optional<Instant>>(2));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<UserId>(0));
}

void TestRows::momentsKeepTheirMicrosecond_data()
{
    QTest::addColumn<qint64>("microseconds");

    QTest::newRow("1970") << qint64(0);
    QTest::newRow("a microsecond before 1970") << qint64(-1);
    QTest::newRow("before 2000") << qint64(946'684'799'999'999);
    QTest::newRow("whole second") << qint64(1'800'000'000'000'000);
    QTest::newRow("one microsecond") << qint64(1'800'000'000'000'001);
    QTest::newRow("tenths") << qint64(1'800'000'000'100'000);
    QTest::newRow("far") << qint64(253'402'300'799'999'999);
}

void TestRows::momentsKeepTheirMicrosecond()
{
    QFETCH(const qint64, microseconds);
    const Instant moment{std::chrono::microseconds(microseconds)};

    const auto row = ask([&](Tx &tx) {
        return tx.finalQueryOne(ProblemCode::Internal, "select $1, (extract(epoch from $1) * 1000000)::bigint, $1 + $2", moment,
                                std::chrono::microseconds(1s + 1us));
    });

    QVERIFY_RESULT(row);
    QVERIFY(row->get<Instant>(0) == moment);
    QCOMPARE(row->get<qint64>(1), microseconds);
    if (microseconds < 253'000'000'000'000'000)
        QVERIFY(row->get<Instant>(2) == moment + 1s + 1us);
}

void TestRows::textsAreNeitherCutNorRead_data()
{
    QTest::addColumn<QString>("text");

    QTest::newRow("empty") << QString();
    QTest::newRow("an attack") << QStringLiteral("'; drop table note; --");
    QTest::newRow("a parameter") << QStringLiteral("$1 %s :name ?");
    QTest::newRow("a backslash") << QStringLiteral("\\x00\\");
    QTest::newRow("beyond the basic plane") << QStringLiteral("a\U0001F511b");
    QTest::newRow("long") << QString(300'000, QLatin1Char('x'));
}

void TestRows::textsAreNeitherCutNorRead()
{
    QFETCH(const QString, text);

    const auto row = ask(
        [&](Tx &tx) { return tx.finalQueryOne(ProblemCode::Internal, "select $1::text, length($1), $2::text", text, Text{text.toUtf8()}); });

    QVERIFY_RESULT(row);
    QCOMPARE(row->get<QString>(0), text);
    QCOMPARE(row->get<qsizetype>(1), text.toUcs4().size());
    QCOMPARE(row->get<QString>(2), text);
}

void TestRows::numbersTakeTheTypeOfTheirPlace()
{
    const auto row = ask([](Tx &tx) {
        return tx.finalQueryOne(ProblemCode::Internal,
                                "select n from (values (1::smallint), (2::smallint)) as t (n) where n = $1 order by n limit $2 offset $3", 2,
                                quint16(5), qint64(0));
    });

    QVERIFY_RESULT(row);
    QCOMPARE(row->get<int>(0), 2);
}

void TestRows::listsOfIdsAndBytes()
{
    const std::vector<UserId> ids{UserId::make(systemNow()), UserId::make(systemNow())};

    const auto row = ask([&](Tx &tx) {
        return tx.finalQueryOne(ProblemCode::Internal, "select $1 = any ($2), cardinality($2), ($3)[2], cardinality($4)", ids[1], ids,
                                std::vector<Bytes>{{QByteArray("a")}, {QByteArray("\0\\\"", 3)}}, QStringList());
    });

    QVERIFY_RESULT(row);
    QVERIFY(row->get<bool>(0));
    QCOMPARE(row->get<int>(1), 2);
    QCOMPARE(row->get<QByteArray>(2), QByteArray("\0\\\"", 3));
    QCOMPARE(row->get<int>(3), 0);
}

void TestRows::aWrongTypeIsABug()
{
    const auto row = ask(
        [](Tx &tx) { return tx.finalQueryOne(ProblemCode::Internal, "select 'a' as a, 'infinity'::timestamptz, array['x', null]"); });

    QVERIFY_RESULT(row);
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<int>(0));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<bool>(0));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<UserId>(0));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<Instant>(1));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<QStringList>(2));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<QString>(9));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)row->get<QString>("b"));
}

void TestRows::countsWhatWasTouched()
{
    const auto counts = m_session->write<QList<qint64>>(m_ctx, [](Tx &tx) -> Result<QList<qint64>> {
        CHECK(tx.query("create temporary table t (n integer)"));
        TRY(const Rows inserted, tx.query("insert into t select generate_series(1, 5)"));
        TRY(const Rows deleted, tx.query("delete from t where n > $1 returning n", 3));
        int sum = 0;
        for (const Row row : deleted)
            sum += row.get<int>(0);
        return QList<qint64>{inserted.affected(), deleted.affected(), sum};
    });

    QVERIFY_RESULT(counts);
    QCOMPARE(*counts, (QList<qint64>{5, 2, 9}));
}

void TestRows::aNulIsRefusedWhereverItStands()
{
    const QString bad = QStringLiteral("a") + QChar(u'\0');
    const auto code = [](const Result<Row> &result) { return result.ok() ? ProblemCode::Internal : result.problem().code; };

    QCOMPARE(code(ask([&](Tx &tx) { return tx.queryOne(ProblemCode::Internal, "select $1::text", bad); })), ProblemCode::ValidationFailed);
    QCOMPARE(code(ask([&](Tx &tx) { return tx.queryOne(ProblemCode::Internal, "select $1", QStringList(bad)); })), ProblemCode::ValidationFailed);
    QCOMPARE(code(ask([&](Tx &tx) { return tx.queryOne(ProblemCode::Internal, "select $1::text", Text{bad.toUtf8()}); })),
             ProblemCode::ValidationFailed);
    QCOMPARE(code(ask([&](Tx &tx) { return tx.queryOne(ProblemCode::Internal, "select $1::text", std::optional(bad)); })),
             ProblemCode::ValidationFailed);
    // A NUL that is written as an escape is for the server to refuse.
    QCOMPARE(code(ask([&](Tx &tx) {
                 return tx.queryOne(ProblemCode::Internal, "select $1", Json(QJsonObject{{QStringLiteral("a"), bad}}));
             })),
             ProblemCode::ValidationFailed);
}

AEGIS_TEST(TestRows)
#include "TestRows.moc"
