#include "server/lists/PageCursor.h"
#include "tests/server/lists/ItemDatabase.h"
#include "tests/support/TestMain.h"

#include <QtCore/QSet>

using namespace aegis;
using namespace aegis::test;

class TestListPages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyRowOnceInBothDirections_data();
    void everyRowOnceInBothDirections();
    void nullsComeLastGoingUpAndFirstGoingDown();
    void whatIsAddedMeanwhileMovesNothing();
    void refusesTheCursorOfAnotherOrder_data();
    void refusesTheCursorOfAnotherOrder();
    void refusesWhatCannotBeAsked_data();
    void refusesWhatCannotBeAsked();
    void aForgedCursorIsAnotherPlaceAndNoMore();
    void countsUpToTenThousandAndThenEstimates();

private:
    ListRequest request(const QString &sort, bool descending, int limit = 3) const
    {
        return {.filter = QStringLiteral("name:item*"), .sort = sort, .descending = descending, .limit = limit, .cursor = {}};
    }
    void walk(ListRequest asked, QStringList &names, int &pages);

    std::unique_ptr<ItemDatabase> m_items;
};

/// 40 items: groups of equal values in each column, and in each but `name` and `id` some that have none.
void TestListPages::initTestCase()
{
    m_items = std::make_unique<ItemDatabase>();
    QVERIFY_RESULT(m_items->run(R"(
        insert into item (id, name, email, colour, owner, made, ip, size, open)
        select gen_random_uuid(), 'item' || (n / 4), case when n % 5 > 0 then 'mail' || (n % 3) || '@example.org' end,
            (array['red', 'green', 'none', null])[1 + n % 4]::colour,
            case when n % 2 = 0 then '0193a0f0-7c00-7abc-8def-00000000beef'::uuid end,
            case when n % 3 > 0 then timestamptz '2026-11-30 00:00:00.000001Z' + n / 10 * interval '1 microsecond' end,
            case when n % 4 > 0 then inet '10.0.0.0' + n / 8 end,
            case when n % 7 > 0 then n / 6 - 3 end,
            (array[true, false, null])[1 + n % 3]
        from generate_series(0, 39) n)"));
    QVERIFY_RESULT(m_items->run("insert into item (id, part, name) select gen_random_uuid(), 2, 'item' || n from generate_series(0, 9) n"));
}

/// Follows the pages to the end. Each must be full but the last one, and lead back to the one before it.
void TestListPages::walk(ListRequest asked, QStringList &names, int &pages)
{
    QStringList before;
    for (;;) {
        const auto page = m_items->page(asked);
        QVERIFY_RESULT(page);
        ++pages;
        QStringList ids;
        for (const Row &row : page->rows)
            ids.append(row.get<QString>("id"));
        names = asked.backwards ? ids + names : names + ids;
        const auto &onwards = asked.backwards ? page->previous : page->next;
        const auto &back = asked.backwards ? page->next : page->previous;
        QCOMPARE(back.has_value(), !asked.cursor.isEmpty());
        if (back) {
            ListRequest returning = asked;
            returning.cursor = *back;
            returning.backwards = !asked.backwards;
            const auto returned = m_items->page(returning);
            QVERIFY_RESULT(returned);
            QStringList again;
            for (const Row &row : returned->rows)
                again.append(row.get<QString>("id"));
            QCOMPARE(again, before);
        }
        if (!onwards)
            return;
        QCOMPARE(ids.size(), qsizetype(asked.limit));
        before = ids;
        asked.cursor = *onwards;
        QVERIFY(pages < 50);
    }
}

void TestListPages::everyRowOnceInBothDirections_data()
{
    QTest::addColumn<QString>("sort");
    QTest::addColumn<bool>("descending");
    QTest::addColumn<int>("limit");
    for (const char *sort : {"name", "email", "colour", "owner", "made", "ip", "size", "open", "id"}) {
        for (const bool descending : {false, true}) {
            for (const int limit : {7, 40})
                QTest::addRow("%s, %s, %d a page", sort, descending ? "falling" : "rising", limit)
                    << QString::fromLatin1(sort) << descending << limit;
        }
    }
    QTest::newRow("size, rising, one a page") << QStringLiteral("size") << false << 1;
    QTest::newRow("size, falling, one a page") << QStringLiteral("size") << true << 1;
}

void TestListPages::everyRowOnceInBothDirections()
{
    QFETCH(QString, sort);
    QFETCH(bool, descending);
    QFETCH(int, limit);
    const auto all = m_items->page(request(sort, descending, 500));
    QVERIFY_RESULT(all);
    QStringList expected;
    for (const Row &row : all->rows)
        expected.append(row.get<QString>("id"));
    QCOMPARE(expected.size(), 40);
    QCOMPARE(QSet<QString>(expected.begin(), expected.end()).size(), 40);
    QVERIFY(!all->next && !all->previous);

    QStringList forwards, backwards;
    int pages = 0, pagesBack = 0;
    walk(request(sort, descending, limit), forwards, pages);
    ListRequest fromTheEnd = request(sort, descending, limit);
    fromTheEnd.backwards = true;
    walk(fromTheEnd, backwards, pagesBack);

    QCOMPARE(forwards, expected);
    QCOMPARE(backwards, expected);
    QCOMPARE(pages, (40 + limit - 1) / limit);
    QCOMPARE(pagesBack, pages);
}

void TestListPages::nullsComeLastGoingUpAndFirstGoingDown()
{
    const auto rising = m_items->page(request(QStringLiteral("size"), false, 500));
    const auto falling = m_items->page(request(QStringLiteral("size"), true, 500));
    QVERIFY_RESULT(rising);
    QVERIFY_RESULT(falling);

    QVERIFY(!rising->rows.front().isNull(2)); // list_sort
    QVERIFY(rising->rows.back().isNull(2));
    QVERIFY(falling->rows.front().isNull(2));
    QVERIFY(!falling->rows.back().isNull(2));
    for (std::size_t i = 0; i < 40; ++i)
        QCOMPARE(rising->rows[i].get<QUuid>("id"), falling->rows[39 - i].get<QUuid>("id"));
}

void TestListPages::whatIsAddedMeanwhileMovesNothing()
{
    ListRequest asked = request(QStringLiteral("name"), false, 10);
    const auto first = m_items->page(asked);
    QVERIFY_RESULT(first);
    QVERIFY_RESULT(m_items->run("insert into item (id, name) values (gen_random_uuid(), 'item')"));
    asked.cursor = *first->next;

    const auto second = m_items->page(asked);
    QVERIFY_RESULT(m_items->run("delete from item where name = 'item'"));

    QVERIFY_RESULT(second);
    QStringList names;
    for (const ListPage &page : {*first, *second})
        names += ItemDatabase::names(page);
    for (int i = 0; i < 20; ++i)
        QCOMPARE(names[i], QStringLiteral("item%1").arg(i / 4));
}

void TestListPages::refusesTheCursorOfAnotherOrder_data()
{
    QTest::addColumn<QString>("sort");
    QTest::addColumn<bool>("descending");
    QTest::addColumn<QByteArray>("cursor");
    const QUuid id = QUuid::createUuid();
    const auto row = [&](const char *name, const char *sort, const PageCursor &cursor) {
        QTest::newRow(name) << QString::fromLatin1(sort) << false << cursor.text();
    };
    const auto value = [](const char *text) { return std::optional(QString::fromLatin1(text)); };
    QTest::newRow("garbage") << QStringLiteral("name") << false << QByteArray("garbage");
    QTest::newRow("NUL") << QStringLiteral("name") << false << QByteArray(1, '\0');
    row("another field", "size", {QStringLiteral("name"), false, value("a"), id});
    row("another direction", "name", {QStringLiteral("name"), true, value("a"), id});
    row("NULL where there is none", "name", {QStringLiteral("name"), false, std::nullopt, id});
    row("a text as a number", "size", {QStringLiteral("size"), false, value("many"), id});
    row("too large a number", "size", {QStringLiteral("size"), false, value("9223372036854775808"), id});
    row("a text as a time", "made", {QStringLiteral("made"), false, value("2026-11-30"), id});
    row("a time that PostgreSQL does not have", "made", {QStringLiteral("made"), false, value("9223372036854775807"), id});
    row("a time before PostgreSQL's", "made", {QStringLiteral("made"), false, value("-9223372036854775807"), id});
    row("a colour that there is not", "colour", {QStringLiteral("colour"), false, value("blue"), id});
    row("a text as an address", "ip", {QStringLiteral("ip"), false, value("10.0.0"), id});
    row("a text as an id", "owner", {QStringLiteral("owner"), false, value("me"), id});
    row("a text as a boolean", "open", {QStringLiteral("open"), false, value("t"), id});
}

void TestListPages::refusesTheCursorOfAnotherOrder()
{
    QFETCH(QString, sort);
    QFETCH(bool, descending);
    QFETCH(QByteArray, cursor);
    ListRequest asked = request(sort, descending);
    asked.cursor = cursor;

    const auto page = m_items->page(asked);

    QVERIFY(!page.ok());
    QCOMPARE(page.problem().status(), 422);
    QCOMPARE(page.problem().fields.size(), std::size_t(1));
    QCOMPARE(page.problem().fields.front().field, QStringLiteral("cursor"));
}

void TestListPages::refusesWhatCannotBeAsked_data()
{
    QTest::addColumn<QString>("sort");
    QTest::addColumn<int>("limit");
    QTest::addColumn<QString>("field");
    QTest::newRow("no rows") << QStringLiteral("name") << 0 << QStringLiteral("limit");
    QTest::newRow("too many rows") << QStringLiteral("name") << 501 << QStringLiteral("limit");
    QTest::newRow("fewer than none") << QStringLiteral("name") << -1 << QStringLiteral("limit");
    QTest::newRow("an unknown order") << QStringLiteral("part") << 10 << QStringLiteral("sort");
    QTest::newRow("SQL as the order") << QStringLiteral("name desc; drop table item") << 10 << QStringLiteral("sort");
}

void TestListPages::refusesWhatCannotBeAsked()
{
    QFETCH(QString, sort);
    QFETCH(int, limit);
    QFETCH(QString, field);

    const auto page = m_items->page(request(sort, false, limit));

    QVERIFY(!page.ok());
    QCOMPARE(page.problem().status(), 422);
    QCOMPARE(page.problem().fields.front().field, field);
}

void TestListPages::aForgedCursorIsAnotherPlaceAndNoMore()
{
    ListRequest asked = request(QStringLiteral("name"), false, 500);
    const PageCursor forged{QStringLiteral("name"), false, QStringLiteral("item5' or '1'='1"), QUuid()};
    asked.cursor = forged.text();

    const auto page = m_items->page(asked);

    QVERIFY_RESULT(page);
    QCOMPARE(page->rows.size(), std::size_t(16)); // item6 to item9
}

void TestListPages::countsUpToTenThousandAndThenEstimates()
{
    QVERIFY_RESULT(m_items->run("insert into item (id, name, colour) select gen_random_uuid(), 'counted', 'green' from generate_series(1, 10000)"));
    QVERIFY_RESULT(m_items->run("analyze item"));
    const auto exact = m_items->count(QStringLiteral("name=counted"));
    QVERIFY_RESULT(m_items->run("insert into item (id, name, colour) select gen_random_uuid(), 'counted', 'green' from generate_series(1, 20000)"));
    QVERIFY_RESULT(m_items->run("analyze item"));

    const auto estimated = m_items->count(QStringLiteral("name=counted"));
    const auto few = m_items->count(QStringLiteral("name:item*"));
    QVERIFY_RESULT(m_items->run("delete from item where name = 'counted'"));

    QVERIFY_RESULT(exact);
    QVERIFY(exact->isExact);
    QCOMPARE(exact->count, 10'000);
    QVERIFY_RESULT(estimated);
    QVERIFY(!estimated->isExact);
    QVERIFY2(estimated->count > 25'000 && estimated->count < 35'000, QByteArray::number(estimated->count).constData());
    QVERIFY_RESULT(few);
    QVERIFY(few->isExact);
    QCOMPARE(few->count, 40);
}

AEGIS_TEST(TestListPages)
#include "TestListPages.moc"
