#include "shared/query/FilterCompletion.h"
#include "tests/shared/query/SampleFilters.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestFilterCompletion : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void suggests_data();
    void suggests();
    void describesFields();
};

void TestFilterCompletion::suggests_data()
{
    QTest::addColumn<QString>("text"); // the cursor is at the bar
    QTest::addColumn<QString>("suggestions");
    QTest::addColumn<int>("length");
    const auto row = [](const char *name, const char *text, const char *suggestions, int length) {
        QTest::newRow(name) << QString::fromLatin1(text) << QString::fromLatin1(suggestions) << length;
    };
    row("at the beginning", "|", "name note colour id time ip size open not", 0);
    row("a name that is begun", "n|", "name note not", 1);
    row("a name in capitals", "TI|", "time", 2);
    row("a name that is complete", "time|", ": = != < <= > >=", 0);
    row("a name and a space", "name |", ": = != and or name note colour id time ip size open not", 0);
    row("the values of an enumeration", "colour:|", "red green dark_green \"none\" none any", 0);
    row("a value that is begun", "colour:g|", "green", 1);
    row("a value behind a space", "colour: r|", "red", 1);
    row("a boolean", "open:t|", "true", 1);
    row("times", "time>-|", "-1h -24h -7d -30d", 1);
    row("a list", "colour:(|", "red green dark_green \"none\"", 0);
    row("a list behind a value", "colour:(red |", "or )", 0);
    row("a list behind or", "colour:(red or d|", "dark_green", 1);
    row("behind a list", "colour:(red) a|", "and", 1);
    row("behind a comparison", "open:true o|", "or open", 1);
    row("behind and", "open:true and i|", "id ip", 1);
    row("behind not", "not op|", "open", 2);
    row("in parentheses", "(open:true |", "and or ) name note colour id time ip size open not", 0);
    row("before other text", "co| and open:true", "colour", 2);
    row("in quotes", "name:\"co|", "", 0);
    row("behind an unknown field", "shape:r|", "", 1);
    row("behind what is wrong", "and |", "", 0);
}

void TestFilterCompletion::suggests()
{
    QFETCH(QString, text);
    QFETCH(QString, suggestions);
    QFETCH(int, length);
    const qsizetype cursor = text.indexOf(u'|');
    text.remove(cursor, 1);

    const FilterCompletion completion = completeFilter(text, cursor, sampleFields);

    QStringList texts;
    for (const FilterSuggestion &suggestion : completion.suggestions)
        texts.append(suggestion.text);
    QCOMPARE(texts.join(u' '), suggestions);
    if (!texts.isEmpty()) {
        QCOMPARE(completion.length, qsizetype(length));
        QCOMPARE(completion.position, cursor - length);
    }
}

void TestFilterCompletion::describesFields()
{
    const FilterCompletion completion = completeFilter(u"na", 2, sampleFields);

    QCOMPARE(completion.suggestions.size(), std::size_t(1));
    QCOMPARE(completion.suggestions.front().description, QStringLiteral("A text."));
}

AEGIS_TEST(TestFilterCompletion)
#include "TestFilterCompletion.moc"
