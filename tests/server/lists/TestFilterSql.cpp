#include "server/lists/FilterSqlStore.h"
#include "shared/query/FilterParser.h"
#include "tests/server/lists/ItemDatabase.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

/// What a filter takes out of a real table.
class TestFilterSql : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void takes_data();
    void takes();
    void valuesNeverGetIntoTheText_data();
    void valuesNeverGetIntoTheText();
    void pointsAtWhatIsWrong();
    void neverLeavesItsTenant();

private:
    std::unique_ptr<ItemDatabase> m_items;
};

void TestFilterSql::initTestCase()
{
    m_items = std::make_unique<ItemDatabase>();
    QVERIFY_RESULT(m_items->run(R"(
        insert into item (id, name, email, colour, owner, made, ip, size, open) values
        (gen_random_uuid(), 'apple', 'ada@example.org', 'red', '0193a0f0-7c00-7abc-8def-00000000beef', '2026-11-30 00:00:00Z', '10.1.2.3', 1, true),
        (gen_random_uuid(), 'banana', 'bob@example.org', 'green', null, '2026-11-30 23:59:59.999999Z', '10.2.0.1', -7, false),
        (gen_random_uuid(), 'Cherry', 'eve@example.com', 'none', null, '2026-12-01 00:00:00Z', '2001:db8::7', 300, null),
        (gen_random_uuid(), 'd%te', 'd_e@example.com', null, null, '2026-11-30 10:00:00.123456Z', null, null, true),
        (gen_random_uuid(), 'e\g*g', null, null, null, null, '192.0.2.9', 0, false),
        (gen_random_uuid(), 'élan vital', 'x''y@example.org', 'red', null, '2026-11-29 11:59:59Z', '10.1.255.255', 5, null))"));
    QVERIFY_RESULT(m_items->run("update item set tags = '{new,Old}' where name = 'apple'"));
    QVERIFY_RESULT(m_items->run("update item set tags = '{old}' where name = 'banana'"));
    QVERIFY_RESULT(m_items->run("insert into item (id, part, name, email, colour, size, open) values (gen_random_uuid(), 2, 'foreign', "
                                "'apple@example.org', 'red', 1, true)"));
}

void TestFilterSql::takes_data()
{
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("names");
    const auto row = [](const char *filter, const char *names) { QTest::newRow(filter) << QString::fromUtf8(filter) << QString::fromUtf8(names); };
    const char *all = "Cherry apple banana d%te e\\g*g élan vital";
    row("", all);
    row("name:APPLE", "apple");
    row("name=APPLE", "");
    row("name=apple", "apple");
    row("name!=apple", "Cherry banana d%te e\\g*g élan vital");
    row("name:*an*", "banana élan vital");
    row("name:b*a", "banana");
    row("name:*A", "banana");
    row("name:ÉLAN*", "élan vital");
    row("name:\"* vital\"", "élan vital");
    row("name:%", "");
    row("name:*%*", "d%te");
    row("name:d_te", "");
    row("name:d%te", "d%te");
    row("name:*\\\\*", "e\\g*g");
    row("name:*\\**", "e\\g*g");
    row("name=\"e\\\\g*g\"", "e\\g*g");
    row("email:ADA@example.org", "apple");
    row("email=Ada@Example.org", "apple");
    row("email:*@EXAMPLE.com", "Cherry d%te");
    row("email:d_e*", "d%te");
    row("email:_*", "");
    row("email:(ada@example.org or eve*)", "Cherry apple");
    row("email:none", "e\\g*g");
    row("email!=(ada@example.org or bob@example.org)", "Cherry d%te e\\g*g élan vital");
    row("colour:red", "apple élan vital");
    row("colour:\"none\"", "Cherry");
    row("colour:none", "d%te e\\g*g");
    row("colour:any", "Cherry apple banana élan vital");
    row("colour:*e*", "Cherry apple banana élan vital");
    row("not colour:red", "Cherry banana d%te e\\g*g");
    row("colour!=red", "Cherry banana d%te e\\g*g");
    row("not not colour:red", "apple élan vital");
    row("not colour!=red", "apple élan vital");
    row("owner:0193A0F0-7c00-7abc-8def-00000000beef", "apple");
    row("owner:any", "apple");
    row("made:2026-11-30", "apple banana d%te");
    row("made!=2026-11-30", "Cherry e\\g*g élan vital");
    row("made>2026-11-30", "Cherry");
    row("made>=2026-11-30", "Cherry apple banana d%te");
    row("made<2026-11-30", "élan vital");
    row("made<=2026-11-30", "apple banana d%te élan vital");
    row("made:2026-11-30T10:00:00Z", "d%te");
    row("made:2026-11-30T10:00:00.123Z", "d%te");
    row("made:2026-11-30T10:00:00.124Z", "");
    row("made>-24h", "Cherry apple banana d%te");
    row("made<-24h", "élan vital");
    row("made:(2026-11-29 or 2026-12-01)", "Cherry élan vital");
    row("ip:10.1.0.0/16", "apple élan vital");
    row("ip:10.2.0.1", "banana");
    row("ip:(10.2.0.0/16 or 192.0.2.9)", "banana e\\g*g");
    row("ip:2001:db8::/32", "Cherry");
    row("ip:::/0", "Cherry");
    row("not ip:10.0.0.0/8", "Cherry d%te e\\g*g");
    row("ip!=10.0.0.0/8", "Cherry d%te e\\g*g");
    row("size>0", "Cherry apple élan vital");
    row("size<=0", "banana e\\g*g");
    row("size:(-7 or 300)", "Cherry banana");
    row("size!=1", "Cherry banana d%te e\\g*g élan vital");
    row("size<9223372036854775807", "Cherry apple banana e\\g*g élan vital");
    row("open:true", "apple d%te");
    row("open:false", "banana e\\g*g");
    row("open!=true", "Cherry banana e\\g*g élan vital");
    row("open:none", "Cherry élan vital");
    row("open:(true or false)", "apple banana d%te e\\g*g");
    row("tag:old", "apple banana");
    row("tag=old", "banana");
    row("tag:n*", "apple");
    row("tag:(new or old)", "apple banana");
    row("tag:none", "Cherry d%te e\\g*g élan vital");
    row("tag:any", "apple banana");
    row("tag!=new", "Cherry banana d%te e\\g*g élan vital");
    row("not tag:old", "Cherry d%te e\\g*g élan vital");
    row("APP", "apple");
    row("example.com", "Cherry d%te");
    row("an*", "");
    row("vital example", "élan vital");
    row("\"'\"", "élan vital");
    row("colour:red and size>1 or open:false", "banana e\\g*g élan vital");
    row("colour:red and (size>1 or open:true)", "apple élan vital");
    row("not (colour:red or open:false)", "Cherry d%te");
}

void TestFilterSql::takes()
{
    QFETCH(QString, filter);
    QFETCH(QString, names);

    QCOMPARE(m_items->namesOf(filter), names);
    const auto count = m_items->count(filter);
    QVERIFY_RESULT(count);
    QVERIFY(count->isExact);
    const auto page = m_items->page({.filter = filter, .sort = {}, .descending = {}, .limit = 500, .cursor = {}});
    QVERIFY_RESULT(page);
    QCOMPARE(count->count, qint64(page->rows.size()));
}

void TestFilterSql::valuesNeverGetIntoTheText_data()
{
    QTest::addColumn<QString>("filter");
    for (const char *filter :
         {"name:\"x' or '1'='1\"", "name:\"x'; drop table item; --\"", "name=\"$1\"", "name:\"x\\\\' or true --\"", "name:\"*') or true --\"",
          "email:\"a@b') or ('1'='1\"", "\"'; delete from item where 'a' like '\"", "name:\"/* */ union select null\"",
          "name:(\"x') or true\" or \"y')) or true --\")", "email!=\"x' and false and '\" name:nobody"})
        QTest::newRow(filter) << QString::fromLatin1(filter);
}

void TestFilterSql::valuesNeverGetIntoTheText()
{
    QFETCH(QString, filter);
    const FilterParsed parsed = parseFilter(filter, ItemDatabase::source.fields, m_items->context().now);
    QVERIFY2(parsed.ok(), parsed.ok() ? "" : qPrintable(parsed.error().message));
    Parameters parameters = Parameters::of(1);
    const auto composed = composeFilter(parsed.expression(), ItemDatabase::source, parameters);
    QVERIFY_RESULT(composed);

    QVERIFY2(!composed->contains('\'') && !composed->contains("--") && !composed->contains("/*") && !composed->contains(';'), composed->constData());
    QCOMPARE(m_items->namesOf(filter), QString());
    QCOMPARE(m_items->namesOf(QStringLiteral("name:apple")), QStringLiteral("apple"));
}

void TestFilterSql::pointsAtWhatIsWrong()
{
    const auto page = m_items->page({.filter = QStringLiteral("open:true siez>1"), .sort = {}, .descending = {}, .cursor = {}});

    QVERIFY(!page.ok());
    QCOMPARE(page.problem().code, ProblemCode::ValidationFailed);
    const FieldError expected{QStringLiteral("filter"), FieldCode::Filter,
                              QStringLiteral("at character 11: unknown field 'siez': did you mean 'size'?")};
    QVERIFY(page.problem().fields == std::vector{expected});
    // A name is looked up, never pasted.
    QVERIFY(m_items->namesOf(QStringLiteral("part:2")).startsWith(QLatin1String("validation_failed")));
    QVERIFY(m_items->namesOf(QStringLiteral("i.part:2")).startsWith(QLatin1String("validation_failed")));
    QVERIFY(m_items->namesOf(QStringLiteral("name)or(true:2")).startsWith(QLatin1String("validation_failed")));
}

void TestFilterSql::neverLeavesItsTenant()
{
    for (const char *filter : {"name:foreign", "name:* or name:any", "not name:none", "email:apple@example.org or not email:apple@example.org"})
        QVERIFY2(!m_items->namesOf(QString::fromLatin1(filter)).contains(QLatin1String("foreign")), filter);
}

AEGIS_TEST(TestFilterSql)
#include "TestFilterSql.moc"
