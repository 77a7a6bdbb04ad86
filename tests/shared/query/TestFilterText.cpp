#include "shared/query/FilterParser.h"
#include "shared/query/FilterText.h"
#include "tests/shared/query/SampleFilters.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestFilterText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isReadAsTheSameExpression();
};

void TestFilterText::isReadAsTheSameExpression()
{
    std::minstd_rand random(20261130);
    int read = 0;
    for (int round = 0; round < 20'000; ++round) {
        const FilterExpression made = randomFilter(random);
        const QString text = filterText(made, sampleFields);
        if (text.size() > 2000)
            continue;

        const FilterParsed parsed = parseFilter(text, sampleFields, sampleNow);

        QVERIFY2(parsed.ok(), parsed.ok() ? "" : qPrintable(text + QStringLiteral("\n") + parsed.error().message));
        QVERIFY2(parsed.expression() == made, qPrintable(text));
        QCOMPARE(filterText(parsed.expression(), sampleFields), text);
        ++read;
    }
    QVERIFY(read > 15'000);
}

AEGIS_TEST(TestFilterText)
#include "TestFilterText.moc"
